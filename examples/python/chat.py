"""Streams an answer: python chat.py "Why is the sky blue?" """

import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("OPENAI_BASE_URL", "http://localhost:3000/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "unused"),
    timeout=900,  # a request waits for its turn: minutes, when many others do
)

stream = client.chat.completions.create(
    model=os.environ.get("MODEL", "pool/auto"),
    messages=[{"role": "user", "content": " ".join(sys.argv[1:]) or "Say hello"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
