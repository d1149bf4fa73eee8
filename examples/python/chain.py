"""LangChain: one prompt for many inputs. The gateway queues them, so that no rate limit has to be set here."""

import os

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model=os.environ.get("MODEL", "pool/auto"),
    base_url=os.environ.get("OPENAI_BASE_URL", "http://localhost:3000/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "unused"),
    timeout=900,
)
prompt = ChatPromptTemplate.from_template("Translate into French: {text}")

inputs = [{"text": "Good morning"}, {"text": "Good night"}]
for message in (prompt | model).batch(inputs):
    print(message.content)
