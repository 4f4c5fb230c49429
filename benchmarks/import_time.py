"""How long ``import themekit`` takes in fresh processes (the mark is half a second), and how much it loads."""

from __future__ import annotations

import statistics
import subprocess
import sys

N_RUNS = 9
CODE = """
import time
begin = time.perf_counter()
import themekit
print(time.perf_counter() - begin)
import sys
print(len(sys.modules))
"""


def main() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(N_RUNS)
    ]
    seconds = [float(run[0]) for run in runs]
    print(
        f"import themekit: {min(seconds) * 1e3:.1f} ms at best, {statistics.median(seconds) * 1e3:.1f} ms as median of "
        f"{N_RUNS} fresh processes; {runs[0][1]} modules loaded in all"
    )


if __name__ == "__main__":
    main()
