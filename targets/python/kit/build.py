"""Makes what a target runs in: `build.py OUT` puts a virtual environment into the folder OUT/venv.

It holds the locked packages, the code generated from the contract, and a pointer to the kit.
"""

import subprocess
import sys
import venv
from pathlib import Path

KIT = Path(__file__).resolve().parent
CONTRACT = KIT.parents[2] / "proto" / "conformance.proto"


def build(folder: Path) -> None:
    """Installs what is locked and generates from the contract, where that is not what was done last."""
    python = folder / "bin" / "python"
    lock = KIT / "requirements.txt"
    if lacks(folder / "installed.txt", lock):
        venv.create(folder, with_pip=True, clear=True)
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([python, "-m", "pip", "install", *options, "-r", lock], check=True)
        (folder / "installed.txt").write_bytes(lock.read_bytes())
    [packages] = folder.glob("lib/python3*/site-packages")
    (packages / "conformance_kit.pth").write_text(f"{KIT}\n")
    if lacks(folder / "generated.txt", CONTRACT):
        outputs = [f"--python_out={packages}", f"--grpc_python_out={packages}"]
        subprocess.run(
            [python, "-m", "grpc_tools.protoc", f"--proto_path={CONTRACT.parent}", *outputs, CONTRACT.name], check=True
        )
        (folder / "generated.txt").write_bytes(CONTRACT.read_bytes())


def lacks(done: Path, source: Path) -> bool:
    """Whether something was not yet done with the source as it is. If so, it is done once the copy is there again."""
    if done.exists() and done.read_bytes() == source.read_bytes():
        return False
    done.unlink(missing_ok=True)
    return True


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve() / "venv")
