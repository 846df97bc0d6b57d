"""charmcraft's own parts library runs the part of charmcraft.yaml, pull to prime, and what it primes is compared with an archive.

Packages and snaps that the part asks for are left out: they are Ubuntu's, and make has what it needs here. The manifest is the
packer's own.
"""

import hashlib
import pathlib
import sys
import tempfile
import zipfile

import yaml
from craft_parts import LifecycleManager, Step, packages
from craft_parts.packages.base import DummyRepository


def primed(work: pathlib.Path) -> dict[str, str]:
    parts = yaml.safe_load(pathlib.Path("charmcraft.yaml").read_text())["parts"]
    for part in parts.values():
        part.pop("build-packages", None)
        part.pop("build-snaps", None)
        part["source"] = str(pathlib.Path.cwd())
    packages.Repository = DummyRepository
    lifecycle = LifecycleManager(
        {"parts": parts},
        application_name="charmcraft",
        cache_dir=work / "cache",
        work_dir=work,
        ignore_local_sources=[".git", ".cache"],
    )
    with lifecycle.action_executor() as executor:
        executor.execute(lifecycle.plan(Step.PRIME))
    prime = work / "prime"
    files = [path for path in prime.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(prime)): describe(path.read_bytes(), path.stat().st_mode) for path in files
    }


def packed(archive: str) -> dict[str, str]:
    with zipfile.ZipFile(archive) as zip:
        rows = {row.filename: describe(zip.read(row), row.external_attr >> 16) for row in zip.infolist()}
    rows.pop("manifest.yaml")
    return rows


def describe(content: bytes, mode: int) -> str:
    return f"{hashlib.sha256(content).hexdigest()}{' executable' if mode & 0o100 else ''}"


with tempfile.TemporaryDirectory() as folder:
    ours, theirs = packed(sys.argv[1]), primed(pathlib.Path(folder))
    wrong = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    if wrong:
        sys.exit("charmcraft primes other content than make pack: " + ", ".join(wrong))
    print(f"charmcraft: primes the {len(theirs)} files of {pathlib.Path(sys.argv[1]).name}, all but the manifest")
