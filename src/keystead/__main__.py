"""`python -m keystead COMMAND`: what the scripts in bin/ call."""

import sys

from keystead.config.cli import main


def run() -> None:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
