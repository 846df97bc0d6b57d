"""Prints what a charm's sources need of Python, as pip reads it: the packages, and `# bounds` before what only bounds them.

Knows requirements.txt, pyproject.toml with or without uv.lock, and poetry.lock. Says `# alone` first where the list is whole.
"""

import pathlib
import sys
import tomllib

source = pathlib.Path(sys.argv[1])


def load(name: str) -> dict:
    path = source / name
    return tomllib.loads(path.read_text()) if path.exists() else {}


def locked_by_poetry(lock: dict) -> None:
    print("# alone")
    for package in lock["package"]:
        marker = package.get("markers", "")
        if isinstance(marker, dict):
            marker = marker.get("main") or marker.get("charm-libs") or ""
        if {"main", "charm-libs"} & set(package.get("groups", ["main"])):
            print(f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else ""))


def declared(project: dict) -> None:
    local = project.get("tool", {}).get("uv", {}).get("sources", {})
    for row in project.get("project", {}).get("dependencies", []):
        path = local.get(row, {}).get("path")
        print((source / path).resolve() if path else row)
    print("# bounds")
    rows = [row for row in load("uv.lock").get("package", []) if "registry" in row.get("source", {})]
    names = [row["name"] for row in rows]
    for row in rows:
        # One of several versions is for another Python.
        if names.count(row["name"]) == 1:
            print(f"{row['name']}=={row['version']}")


if lock := load("poetry.lock"):
    locked_by_poetry(lock)
elif (source / "requirements.txt").exists():
    print((source / "requirements.txt").read_text())
else:
    declared(load("pyproject.toml"))
