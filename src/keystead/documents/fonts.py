"""The fonts that documents are set in: Inter, then Noto for other scripts and emoji, each from a font package.

Without those packages a document is still made, in the serif that the typesetter carries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import typst

# Package of fonts -> folder inside it. Both hold nothing but font files under the SIL Open Font License.
_PACKAGES = {"fontpkg_inter": "files", "manimgx_fonts": "."}
_FIRST = ("Inter", "Noto Sans")
_BUILT_IN = "Libertinus Serif"


@dataclass(frozen=True, slots=True)
class FontSet:
    """`fonts` for the typesetter and the `families` to ask for, best first: each is there, so none is missed."""

    fonts: typst.Fonts
    families: tuple[str, ...]


def load(folders: Iterable[Path], *, with_machine_fonts: bool = True) -> FontSet:
    """Fonts of these folders, then those built into the typesetter; the machine's own are the last resort."""
    paths = [str(folder) for folder in folders]
    fonts = typst.Fonts(font_paths=paths, include_system_fonts=with_machine_fonts)
    known = fonts.families()
    scripts = [name for name in known if name.startswith("Noto Sans ") or name == "Noto Emoji"]
    return FontSet(fonts, (*[name for name in _FIRST if name in known], *scripts, _BUILT_IN))


@lru_cache(maxsize=1)
def default_fonts() -> FontSet:
    """The fonts of the installed font packages, read once per process."""
    return load(_package_folders())


def _package_folders() -> Iterable[Path]:
    for package, folder in _PACKAGES.items():
        spec = find_spec(package)
        for location in (spec and spec.submodule_search_locations) or ():
            yield Path(location) / folder
