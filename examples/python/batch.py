"""Runs prompts as a batch: python batch.py "One" "Two" """

import json
import os
import sys
import time
from datetime import datetime

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("OPENAI_BASE_URL", "http://localhost:3000/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "unused"),
)
model = os.environ.get("MODEL", "pool/auto")
prompts = sys.argv[1:] or ["Say hello", "Say goodbye"]

lines = [
    json.dumps(
        {
            "custom_id": f"prompt-{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": model, "messages": [{"role": "user", "content": prompt}]},
        }
    )
    for number, prompt in enumerate(prompts, 1)
]
file = client.files.create(
    file=("prompts.jsonl", "\n".join(lines).encode()), purpose="batch"
)
batch = client.batches.create(
    input_file_id=file.id,
    endpoint="/v1/chat/completions",
    completion_window="auto",  # an extension: as many days as the quota asks for
)

while batch.status not in ("completed", "failed", "expired", "cancelled"):
    time.sleep(1)
    batch = client.batches.retrieve(batch.id)
    counts = batch.request_counts
    # The forecast is another extension; None while nobody knows the end.
    ends_at = (batch.model_extra or {}).get("forecast", {}).get("ends_at")
    end = f", ends {datetime.fromtimestamp(ends_at)}" if ends_at else ""
    done = counts.completed + counts.failed
    print(f"{batch.status}: {done} of {counts.total}{end}", file=sys.stderr)

for file_id in (batch.output_file_id, batch.error_file_id):
    if not file_id:
        continue
    for line in client.files.content(file_id).text.rstrip("\n").split("\n"):
        result = json.loads(line)
        response = result.get("response") or {}
        choices = (response.get("body") or {}).get("choices")
        answer = choices[0]["message"]["content"] if choices else result
        print(f"{result['custom_id']}: {answer}")
