"""Function calling in its simplest form: one call, one result, one sentence."""

import json
import random

from pocket.text.about_self import ABOUT
from pocket.text.document import Document, Turn, assistant, system, tool, tool_call, user
from pocket.text.grammar import pick, spin
from pocket.text.phrasing import roughen
from pocket.text.sluice_commands import COMMANDS
from pocket.text.small_talk import GREETINGS
from pocket.text.topic import topic_exchange

CITIES = (
    "Paris London Berlin Tokyo Rome Madrid Vienna Oslo Lisbon Dublin Prague Athens Cairo Boston "
    "Chicago Seattle Toronto Sydney Zurich Hamburg Munich Lima Delhi Moscow Warsaw Brussels Geneva "
    "Milan Naples Porto Seville Lyon Bergen Helsinki Kyoto Osaka Denver Austin Miami Dallas"
).split()
_SKIES = ("sunny", "cloudy", "rainy", "windy", "clear", "foggy", "snowy")
_NEUTRAL_SYSTEMS = ("You are a helpful assistant.", "You can call functions.", "")

Schema = dict[str, object]


def _schema(name: str, description: str, fields: dict[str, str]) -> Schema:
    properties = {field: {"type": kind} for field, kind in fields.items()}
    parameters = {"type": "object", "properties": properties, "required": list(fields)}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _weather(rng: random.Random) -> tuple[Schema, str, dict[str, object], dict[str, object], str]:
    name = pick(rng, ("get_weather", "get_weather", "get_current_weather", "weather", "lookup_weather"))
    field = pick(rng, ("city", "city", "location", "place"))
    city = pick(rng, CITIES)
    degrees = int(rng.random() * 45) - 9
    sky = pick(rng, _SKIES)
    question = spin(
        rng,
        f"[What is the weather in {city}|How is the weather in {city}|What is the temperature in {city}|Is it warm in {city}|What's the weather like in {city}|How warm is it in {city}]?",
    )
    result: dict[str, object] = {"temperature": degrees}
    reply = f"It is {degrees} degrees in {city}."
    if rng.random() < 0.4:
        result["condition"] = sky
        reply = f"It is {degrees} degrees and {sky} in {city}."
    schema = _schema(
        name,
        pick(rng, ("Get the weather in a city", "Get the current weather", "Look up the weather")),
        {field: "string"},
    )
    return schema, question, {field: city}, result, reply


def _time(rng: random.Random) -> tuple[Schema, str, dict[str, object], dict[str, object], str]:
    name = pick(rng, ("get_time", "get_time", "current_time", "get_current_time"))
    field = pick(rng, ("city", "city", "location", "timezone"))
    city = pick(rng, CITIES)
    clock = f"{int(rng.random() * 24):02d}:{int(rng.random() * 60):02d}"
    question = spin(
        rng, f"[What time is it in {city}|Tell me the time in {city}|What is the time in {city}]?"
    )
    schema = _schema(name, pick(rng, ("Get the time in a city", "Get the current time")), {field: "string"})
    return schema, question, {field: city}, {"time": clock}, f"It is {clock} in {city}."


def _addition(rng: random.Random) -> tuple[Schema, str, dict[str, object], dict[str, object], str]:
    name = pick(rng, ("add", "add", "add_numbers", "sum", "calculate_sum"))
    first, second = pick(rng, (("a", "b"), ("a", "b"), ("x", "y"), ("first", "second")))
    a, b = int(rng.random() * 100), int(rng.random() * 100)
    question = spin(rng, f"[What is {a} + {b}|Add {a} and {b}|What is {a} plus {b}|Calculate {a} + {b}]?")
    schema = _schema(
        name,
        pick(rng, ("Add two numbers", "Returns the sum of two numbers")),
        {first: "integer", second: "integer"},
    )
    return schema, question, {first: a, second: b}, {"result": a + b}, f"{a} plus {b} is {a + b}."


def _content(rng: random.Random, result: dict[str, object]) -> str:
    if len(result) == 1 and rng.random() < 0.2:
        return str(next(iter(result.values())))
    return json.dumps(result)


def _without_call(rng: random.Random) -> list[Turn]:
    """Functions may be at hand and still not be needed."""
    return topic_exchange(rng, pick(rng, GREETINGS[:20] + ABOUT + COMMANDS))


def tool_document(rng: random.Random) -> Document:
    makers = (_weather, _weather, _time, _addition)
    schema, question, arguments, result, reply = pick(rng, makers)(rng)
    tools = [schema]
    if rng.random() < 0.3:
        other = pick(rng, makers)(rng)[0]
        if other["function"]["name"][:7] != schema["function"]["name"][:7]:  # type: ignore[index]
            tools.append(other)
            rng.shuffle(tools)
    opening = pick(rng, _NEUTRAL_SYSTEMS)
    turns: list[Turn] = [system(opening)] if opening else []
    if rng.random() < 0.15:
        turns += _without_call(rng)
        if rng.random() < 0.6:
            return Document("tools", tuple(turns), tools=tuple(tools))
    name = str(schema["function"]["name"])  # type: ignore[index]
    turns += [user(roughen(rng, question)), assistant(tool_call(name, arguments))]
    if rng.random() < 0.8:
        turns += [tool(_content(rng, result)), assistant(reply)]
    # Some clients drop the tool list once the result is there.
    kept = () if rng.random() < 0.15 and turns[-1].content == reply else tuple(tools)
    return Document("tools", tuple(turns), tools=kept)
