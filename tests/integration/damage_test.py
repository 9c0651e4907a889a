"""The mappings of a dead process, damaged: bits flipped in each kind of file, files cut short, files of zeros, files of
noise. Recovery never crashes and never hangs, writes nowhere else, and the service starts. (Under the sanitizers this
also shows that it reads and writes nothing outside of what it has mapped.)"""
import os
import random
import shutil

import faults
import harness
import oracle
from harness import OWN, SLOW, Service, scaled, test, wait_until, weir

CONFIG = faults.config({"file": faults.file("{dir}/host.log"), "history": faults.history("{dir}/history.db")}, "overflow = block")
PAGE = 4096


def flip(data, rng):
    """A bit or a few, half of them in the head, where the sizes and positions are."""
    for _ in range(rng.choice((1, 1, 1, 3, 20))):
        end = min(len(data), PAGE) if rng.random() < 0.5 else len(data)
        data[rng.randrange(end)] ^= 1 << rng.randrange(8)


def flip_number(data, rng):
    """A whole 64-bit field of the head becomes something else."""
    at = rng.randrange(min(len(data), 3072) // 8) * 8
    data[at:at + 8] = rng.choice((0, 1, 2**63, 2**64 - 1, 2**32 - 1, rng.getrandbits(64), rng.getrandbits(20) * 8)) \
        .to_bytes(8, "little")


def flip_used(data, rng):
    """Where something is: fields of entries and chunks."""
    places = [i for i in range(PAGE, min(len(data), PAGE * 40), 8) if any(data[i:i + 8])]
    for _ in range(rng.choice((1, 1, 5))):
        if places:
            at = rng.choice(places) + rng.randrange(8)
            data[at] ^= 1 << rng.randrange(8)


def cut(data, rng):
    del data[rng.choice((0, 1, 8, 100, PAGE - 1, PAGE, PAGE + 8, len(data) // 2, len(data) - 1)):]


def zero(data, rng):
    data[:] = bytes(len(data))


def noise(data, rng):
    data[:PAGE] = rng.randbytes(min(len(data), PAGE))


DAMAGES = (flip, flip, flip_number, flip_number, flip_used, flip_used, cut, zero, noise)


def apply(damage, data, rng):
    if data: # killed while it was made, it may be empty
        damage(data, rng)


def kind_of(name):
    return name.split("-")[0]


class Dead:
    """What a killed service left, to be put back as often as it takes."""

    def __init__(self):
        self.service = Service(CONFIG, name=OWN)
        self.service.run("threads 2 1500")
        wait_until(lambda: sum(oracle.accepted(self.service.path("page")).values()) >= 2000)
        self.service.kill()
        self.place = self.service.leftovers()[0]
        self.kept = os.path.join(harness.tmp(), "kept")
        shutil.copytree(self.place, self.kept)

    def put_back(self):
        for path in self.service.leftovers():
            shutil.rmtree(path)
        os.makedirs(self.place, mode=0o700)
        os.chmod(os.path.dirname(self.place), 0o700)
        for name in os.listdir(self.kept):
            shutil.copy(os.path.join(self.kept, name), self.place)
            os.chmod(os.path.join(self.place, name), 0o600)
        for name in ("host.log", "history.db", "history.db-wal", "history.db-shm"):
            if os.path.exists(self.service.path(name)):
                os.unlink(self.service.path(name))

    def names(self, kind):
        return [n for n in os.listdir(self.place) if kind_of(n) == kind]


def check_recover(service, what):
    done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir, timeout=30)
    assert done.returncode in (0, 1), (what, done.returncode, done.stderr[-3000:])
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, (what, done.stderr[-3000:])
    return done.stdout


@test(covers=["fault 1", "must 3"])
def damaged_mappings():
    dead = Dead()
    kinds = sorted({kind_of(n) for n in os.listdir(dead.kept)})
    assert kinds == ["dictionary", "process", "queue", "ring"], kinds
    seed = random.randrange(1 << 30)
    rng = random.Random(seed)
    before = set(os.listdir(dead.service.dir))
    for i in range(max(len(kinds) * 4, scaled(1000))):
        dead.put_back()
        kind = kinds[i % len(kinds)]
        name = rng.choice(dead.names(kind))
        with open(os.path.join(dead.place, name), "r+b") as f:
            data = bytearray(f.read())
            damage = DAMAGES[i // len(kinds) % len(DAMAGES)]
            apply(damage, data, rng)
            f.seek(0)
            f.write(data)
            f.truncate()
        what = "seed %d, number %d: %s of %s" % (seed, i, damage.__name__, name)
        check_recover(dead.service, what)
        made = set(os.listdir(dead.service.dir)) - before - {"host.log", "history.db", "history.db-wal", "history.db-shm"}
        # A damaged description may name another file, but one of this directory only by its name's bits.
        assert len(made) <= 3, (what, made)
        for extra in made:
            os.unlink(dead.service.path(extra))


@test(covers=["fault 1", "must 3"])
def service_starts_beside_damage():
    """All files of it at once; then the service runs as if there had been nothing."""
    dead = Dead()
    rng = random.Random(7)
    for i in range(max(4, scaled(100))):
        dead.put_back()
        for name in os.listdir(dead.place):
            with open(os.path.join(dead.place, name), "r+b") as f:
                data = bytearray(f.read())
                apply(DAMAGES[(i + len(name)) % len(DAMAGES)], data, rng)
                f.seek(0)
                f.write(data)
                f.truncate()
        service = dead.service
        service.start()
        service.run("say host.after 20 t63 n0")
        service.run("flush 20000")
        oracle.check_law(service.status())
        assert service.stop() == 0
        assert service.lines("host.log")[-1] == "t63 n0"
        # What could not be delivered may wait; a second start does not fail over it either.
        for path in service.leftovers():
            assert ".left" in path, path


@test(covers=["fault 1"], quick=True)
def undamaged_is_whole():
    """That what these tests put back is what the process left: nothing of it is missing."""
    dead = Dead()
    dead.put_back()
    report = check_recover(dead.service, "nothing")
    oracle.check_report(report)


harness.main()
