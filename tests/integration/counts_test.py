"""/api/histogram and /api/facets: records counted by time, level and logger, of the history or of the recent ones."""
import faults
import harness
import openapi
from harness import Service, test

API = openapi.load()
FILE = faults.file("{dir}/out.log")


def call(service, path, status=200):
    got, answer = service.request("GET", path)
    assert got == status, (path, got, answer)
    API.check("GET", path, got, "application/json" if status == 200 else "application/problem+json", answer)
    return answer


def check_counts(service, source, debug):
    """Of 40 INFO and 3 ERROR records of app.a, 5 INFO of app.b, and the DEBUG ones."""
    bars = call(service, "/api/histogram?logger=app&minutes=60")
    assert bars["source"] == source and bars["minutes"] == 60
    sums = {}
    for bar in bars["buckets"]:
        assert bar["total"] == sum(bar["levels"].values()) and bar["start"].endswith(":00:00.000000Z"), bar
        for level, count in bar["levels"].items():
            sums[level] = sums.get(level, 0) + count
    assert sums == {"INFO": 45, "ERROR": 3, **debug}, sums
    assert [bar["start"] for bar in bars["buckets"]] == sorted(bar["start"] for bar in bars["buckets"])
    facets = call(service, "/api/facets?logger=app")
    assert {entry["level"]: entry["count"] for entry in facets["levels"]} == sums, facets
    assert facets["loggers"] == [{"logger": "app.a", "count": 43 + sum(debug.values())}, {"logger": "app.b", "count": 5}]
    few = call(service, "/api/facets?logger=app&limit=1&level=ERROR")
    assert few["loggers"] == [{"logger": "app.a", "count": 3}] and few["more_loggers"] == 0, few
    assert call(service, "/api/facets?logger=app&limit=1")["more_loggers"] == 1
    assert call(service, "/api/histogram?since=-1h&until=-30m")["buckets"] == []
    assert sum(bar["total"] for bar in call(service, "/api/histogram?logger=app.b&since=-1h")["buckets"]) == 5
    for bad in ("histogram?minutes=0", "histogram?q=x", "facets?level=NO", "facets?limit=1001"):
        call(service, "/api/" + bad, status=400)


@test(quick=True)
def counts():
    """By time, level and logger: of the history, or of the recent records where there is none."""
    for history, source, debug in ((True, "history", {}), (False, "recent", {"DEBUG": 7})):
        handlers = {"file": FILE, **({"history": faults.history("{dir}/history.db") + "\nlevel = INFO"} if history else {})}
        service = Service(faults.config(handlers, level="DEBUG"))
        for logger, level, count in (("app.a", 20, 40), ("app.a", 40, 3), ("app.b", 20, 5), ("app.a", 10, 7)):
            service.run("log %s %d %d" % (logger, level, count))
        service.run("flush 10000")
        check_counts(service, source, debug)
        assert service.stop() == 0


harness.main()
