import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Builds a wheel with nothing but the standard library: no package index is needed. */
const backend = `
import base64, hashlib, os, time, zipfile
NAME = "sluice_worker-0.0.1"
def get_requires_for_build_wheel(config_settings=None):
    return []
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    open("written-by-the-build", "w").close()
    time.sleep(float(os.environ.get("TEST_BUILD_SECONDS", "0")))
    if os.environ.get("TEST_BUILD_FAILS"):
        raise RuntimeError("the stand-in was told to fail")
    files = {}
    for name in sorted(os.listdir("src/sluice_worker")):
        if name.endswith(".py"):
            with open(os.path.join("src/sluice_worker", name), "rb") as file:
                files["sluice_worker/" + name] = file.read()
    info = NAME + ".dist-info/"
    files[info + "METADATA"] = b"Metadata-Version: 2.1\\nName: sluice-worker\\nVersion: 0.0.1\\nProvides-Extra: transformers\\n"
    files[info + "WHEEL"] = b"Wheel-Version: 1.0\\nGenerator: stand-in\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    record = "".join("%s,,\\n" % path for path in files) + info + "RECORD,,\\n"
    wheel = NAME + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(info + "RECORD", record)
    return wheel
`

/** A package that stands in for the worker: the same name and extra, no dependencies. */
export function writeStandInPackage(folder: string, code: string): void {
  mkdirSync(join(folder, 'src', 'sluice_worker'), { recursive: true })
  writeFileSync(
    join(folder, 'pyproject.toml'),
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  )
  writeFileSync(join(folder, 'backend.py'), backend)
  writeFileSync(join(folder, 'src', 'sluice_worker', '__init__.py'), '')
  writeFileSync(join(folder, 'src', 'sluice_worker', '__main__.py'), code)
}
