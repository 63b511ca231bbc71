"""Give the tasks that nobody has annotated yet the predictions of another model.

    python -m annotations.refresh [--model FOLDER]

Texts that have a prediction of this version already keep it, so that it may be run again. Exit codes: 0 done, 2 it could not go on.
"""

import argparse
import sys
from collections.abc import Sequence

from label_studio_sdk import LabelStudio, PredictionRequest

from annotations import project, queue
from annotations.errors import LoopError, explained
from annotations.push import BATCH, predicted
from annotations.settings import Settings
from zhibiao import Extractor, ZhibiaoError, label_studio
from zhibiao.cli import Document


def refresh(client: LabelStudio, settings: Settings, extractor: Extractor) -> int:
    """Import predictions; returns how many. Raises LoopError."""
    number = project.opened(client, settings)
    version = label_studio.model_version(extractor.tagger.name, extractor.tagger.version)
    with explained(settings.url):
        tasks = [task.model_dump(mode="json") for task in client.tasks.list(project=number, fields="all", page_size=100)]
    annotated = [task["data"][label_studio.TEXT] for task in tasks if task["annotations"]]
    waiting = [task for task in tasks if not task["annotations"]
               and all(prediction["model_version"] != version for prediction in task["predictions"])]
    read = []
    for document, prediction in predicted([Document(str(task["id"]), task["data"][label_studio.TEXT]) for task in waiting], extractor):
        if document.failure is None:
            read.append((document, prediction))
        else:
            print(f"task {document.id}: no prediction: {document.failure}", file=sys.stderr)
    picks = queue.choose([prediction["score"] for _, prediction in read], [document.text for document, _ in read], annotated)
    requests = [PredictionRequest(**{**read[pick.index][1], "task": int(read[pick.index][0].id), "score": pick.score}) for pick in picks]
    with explained(settings.url):
        for start in range(0, len(requests), BATCH):
            batch = requests[start:start + BATCH]
            created = client.projects.import_predictions(number, request=batch).created
            if created != len(batch):
                raise LoopError(f"of {len(batch)} predictions the server kept {created}; look into .label-studio/server.log, then run this again")
        client.projects.update(id=number, model_version=version)
    print(f"{len(requests)} predictions of {version} in {settings.url}/projects/{number}")
    return len(requests)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", metavar="FOLDER", help="a model folder; default: the one in use")
    options = parser.parse_args(arguments)
    settings = Settings()
    try:
        with project.connect(settings) as client:
            refresh(client, settings, Extractor.load(options.model))
    except (LoopError, ZhibiaoError) as error:
        print(f"refresh: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
