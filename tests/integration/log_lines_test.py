"""`weir log`: lines are records, those that are none are told with their number, and the others are logged."""
import os

import faults
import harness
from harness import test, weir


@test(quick=True)
def log_tells_bad_lines_and_logs_the_others():
    directory = harness.tmp()
    text = faults.config({"file": faults.file("{dir}/out.log")}, line="%(levelname)s %(name)s %(message)s")
    with open(os.path.join(directory, "log.ini"), "w") as f:
        f.write(text.replace("{run}", directory).replace("{dir}", directory))
    done = weir("log", "-c", "log.ini", "--logger", "job", "--level", "error", cwd=directory, input="one\n50% of it\n\nlast", check=0)
    assert done.stdout == done.stderr == ""

    def lines():
        with open(os.path.join(directory, "out.log")) as f:
            return f.read().splitlines()
    assert lines() == ["ERROR job one", "ERROR job 50% of it", "ERROR job ", "ERROR job last"], lines()
    done = weir("log", "-c", "log.ini", "--jsonl", cwd=directory, check=2, input="""{"logger":"a","level":"ERROR","msg":"fine"}
{"logger":"a","level":"LOUD","msg":"x"}
[1]
{"op":"explode"}
{"logger":
{"op":"reconfigure","path":"nowhere.ini"}
{"op":"reconfigure","path":"/dev/zero"}
{"op":"sleep","ms":"long"}
{"op":"sleep","ms":-1}
{"logger":"a","level":"ERROR","msg":"also fine"}
""")
    assert lines()[4:] == ["ERROR a fine", "ERROR a also fine"], lines()
    told = done.stderr.splitlines()
    assert [line.split(":")[1] for line in told] == [" line 2", " line 3", " line 4", " line 5", " line 6", " line 7", " line 8", " line 9"], told
    for line, word in zip(told, ("LOUD", "object", "explode", "", "nowhere.ini", "/dev/zero", "sleep", "sleep")):
        assert word in line, told
    for arguments, word in ((("log.ini", "--level", "LOUD"), "unknown level 'LOUD'"), (("nowhere.ini",), "nowhere.ini")):
        done = weir("log", "-c", *arguments, cwd=directory, input="x\n")
        assert done.returncode == 2 and done.stdout == "" and word in done.stderr, done


harness.main()
