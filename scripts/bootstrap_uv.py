"""Put uv into .tools/bin on a machine that has python3 but neither uv nor pip.

Fetches uv's wheel from PyPI, compares its sha256 with the one written here, unpacks the one binary.
Standard library only. Run by the Makefile: `python3 scripts/bootstrap_uv.py .tools`.
To move to another uv: change VERSION and take the new rows from https://pypi.org/simple/uv/.
"""

import hashlib
import io
import os
import platform
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

VERSION = "0.13.9"
FILES = "https://files.pythonhosted.org/packages/"
#: (system, machine, libc) -> (folder of the file on PyPI, platform tag of the wheel, sha256)
WHEELS = {
    ("Linux", "x86_64", "glibc"): (
        "3d/aa/26d64642d808de4a652579ef950d7cd2d37f080a8babf9c67c6b75fc4c3f",
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("Linux", "x86_64", "musl"): (
        "fe/fe/794884de0efd3ac77a427cab21aa72c0483e100c55a42cd5cbb02c141b84",
        "musllinux_1_1_x86_64",
        "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    ),
    ("Linux", "aarch64", "glibc"): (
        "fe/2f/51a5de367c602592c018a42a23d57fba5f2689fe6c3bf025dcf043b39c61",
        "manylinux_2_28_aarch64",
        "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    ),
    ("Linux", "aarch64", "musl"): (
        "57/15/94b6cd62ac3ff6550288328e8035288875197cbc183f51554b266a69877b",
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("Darwin", "arm64", ""): (
        "f3/a7/a8d7b074798c7fb3b26b37584b8fe2e29df2ccdc24ce7902caab2a53edbf",
        "macosx_11_0_arm64",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    ),
    ("Darwin", "x86_64", ""): (
        "1e/db/08e9ef4879bd667e6d7b4705e594e5bd3e4585f10fc63cb16b9fa2fac63e",
        "macosx_10_12_x86_64",
        "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    ),
}


def wheel_address() -> tuple[str, str]:
    """URL and sha256 of the wheel for this machine."""
    system, machine = platform.system(), platform.machine()
    libc = ("glibc" if platform.libc_ver()[0] == "glibc" else "musl") if system == "Linux" else ""
    try:
        folder, tag, sha256 = WHEELS[(system, machine, libc)]
    except KeyError:
        sys.exit(
            f"no uv wheel is known for {system} {machine} {libc}: install uv {VERSION} by hand, then run make again"
        )
    return f"{FILES}{folder}/uv-{VERSION}-py3-none-{tag}.whl", sha256


def download(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"cannot fetch uv from {url}: {getattr(error, 'reason', error)}")


def main(folder: Path) -> None:
    url, sha256 = wheel_address()
    wheel = download(url)
    if hashlib.sha256(wheel).hexdigest() != sha256:
        sys.exit(f"{url} is not the file that was expected (sha256 differs): nothing was installed")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        binary = archive.read(f"uv-{VERSION}.data/scripts/uv")
    target = folder / "bin" / "uv"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".uv.{os.getpid()}")
    temporary.write_bytes(binary)
    temporary.chmod(0o755)
    os.replace(temporary, target)
    print(f"uv {VERSION} is in {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".tools"))
