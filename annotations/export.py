"""Write the corpus as JSON Lines, the form in which training reads it.

    python -m annotations.export build/corpus.jsonl
"""

import argparse
import json
from pathlib import Path

from annotations.inline import read

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path)
    target = parser.parse_args().target
    target.parent.mkdir(parents=True, exist_ok=True)
    documents = [document for path in sorted(CORPUS.glob("*.txt")) for document in read(path)]
    target.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents), encoding="utf-8")
    print(f"{len(documents)} documents, {sum(len(d['figures']) for d in documents):,} figures in {target}")


if __name__ == "__main__":
    main()
