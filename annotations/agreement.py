"""How far a second annotator, working blind, agrees with the corpus.

    python -m annotations.agreement annotations/second/sample-40.txt

The second annotation is in the inline form, its documents under the ids of the first. Scored as a model would be: the
first annotation as gold, the second as found.
"""

import argparse
from collections import Counter
from pathlib import Path

from annotations.export import CORPUS
from annotations.inline import read
from zhibiao.scoring import judge, score

MEASURES = ("span_f1", "indicator_f1", "figure_f1", "role_acc", "value_acc", "unit_acc", "approx_acc")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("second", type=Path)
    options = parser.parse_args()
    first = {document["id"]: document for path in sorted(CORPUS.glob("*.txt")) for document in read(path)}
    pairs, disagreements = [], Counter[str]()
    for document in read(options.second):
        corpus = first[document["id"]]
        if corpus["text"] != document["text"]:
            print(f"{document['id']}: the text has changed since; left out")
            continue
        found = [{**figure, "confidence": 1.0} for figure in document["figures"]]
        pairs.append((corpus["figures"], found))
        for item in judge(corpus["figures"], found)[0]:
            for field in ("indicator", "role"):
                if item.gold is not None and not item.fields[field]:
                    disagreements[f"{field}: {item.gold[field]} / {item.found[field]}"] += 1
    report = score(pairs)
    print(f"{report['documents']} documents, {report['gold']} and {report['predicted']} figures")
    for measure in MEASURES:
        print(f"{measure:14} {report[measure]:.3f}")
    for what, count in disagreements.most_common(12):
        print(f"{count:4} {what}")


if __name__ == "__main__":
    main()
