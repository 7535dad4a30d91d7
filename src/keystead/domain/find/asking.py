"""What a person typed, taken apart the way names were (data/find/folding.py)."""

from dataclasses import dataclass, replace

from keystead.base.words import fold
from keystead.data.find.folding import SEPARATORS

MOST_WORDS = 8
LONGEST = 100  # characters; nobody types more to find something
_APART = str.maketrans(dict.fromkeys(SEPARATORS, " "))
_JOINED = str.maketrans(dict.fromkeys(SEPARATORS, None))


@dataclass(frozen=True, slots=True)
class Word:
    """`spellings` are beginnings of words, the typed one first; a word matches when one of its spellings does."""

    spellings: tuple[str, ...]

    @property
    def typed(self) -> str:
        return self.spellings[0]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What stands between two spaces: matched as one word ("obrien") or by all its parts ("o", "brien")."""

    joined: Word
    parts: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """`phrase` is the whole, folded and without separators: "sao paulo"."""

    typed: str
    phrase: str
    chunks: tuple[Chunk, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(part for chunk in self.chunks for part in chunk.parts)

    def spelled(self, more: dict[str, tuple[str, ...]]) -> "Asked":
        """The same with other spellings of its words beside the typed ones."""

        def widened(word: Word) -> Word:
            return Word((word.typed, *more.get(word.typed, ())))

        chunks = tuple(Chunk(widened(chunk.joined), tuple(map(widened, chunk.parts))) for chunk in self.chunks)
        return replace(self, chunks=chunks)


def words_of(text: str) -> list[str]:
    """The folded words of a name, without their joined forms: `words_of("O'Brien & Söhne")` is ["o", "brien", "sohne"]."""
    return fold(text).translate(_APART).split()


def read(text: str) -> Asked:
    """An empty `phrase` when nothing is left to look for."""
    typed = " ".join(text.replace("\x00", "").split())[:LONGEST].strip()
    typed = typed.encode("utf-8", "ignore").decode()  # half a surrogate pair is in no name
    chunks = (
        Chunk(Word((piece.translate(_JOINED),)), tuple(Word((part,)) for part in parts[:MOST_WORDS]))
        for piece in fold(typed).split(" ")[:MOST_WORDS]
        if (parts := piece.translate(_APART).split())
    )
    return Asked(typed, " ".join(words_of(typed)), tuple(chunks))
