"""The fixed prompts of the scorecard, each with what a right answer must contain."""

from dataclasses import dataclass

from pocket.text.document import Turn, assistant, system, tool, tool_call, user


@dataclass(frozen=True)
class Check:
    questions: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    before: tuple[Turn, ...] = ()
    forbidden: tuple[str, ...] = ()


def ask(question: str, *wanted: str) -> Check:
    return Check((question,), wanted)


STORIES = (
    ask("Tell me a short story about a robot.", "robot"),
    ask("Tell me a short story about a dragon.", "dragon"),
    ask("tell me a story about a cat", "cat"),
    ask("Write a story about a lighthouse.", "lighthouse"),
    ask("Tell me a story about a river.", "river"),
    ask("Please write a short story about a baker.", "baker"),
    ask("Story about a clock", "clock"),
    ask("Can you tell me a bedtime story about a fox?", "fox"),
    ask("Tell me a story about a brave fox and a shy owl.", "fox", "owl"),
    ask("Tell me a long story about a whale.", "whale"),
    ask("Tell me a story in one sentence about a bear.", "bear"),
    ask(
        "Tell me a story.",
    ),
    ask("Write a sad story about a train.", "train"),
    ask("Tell me a story about courage.", "afraid"),
    ask("I'd love to hear a tale about a little penguin", "penguin"),
    ask("Tell me a story about a girl named Mia.", "Mia"),
    ask("Write a short story about a lonely teapot.", "teapot"),
    Check(("Tell me a story about a rabbit.", "What was its name?"), ("name|called",)),
    Check(("Tell me a story about a wizard.", "Make it sad."), ("wizard",)),
    Check(("Tell me a story about a frog.", "Another one"), ("frog",)),
)

SLUICE = (
    ask("What is sluice?", "language models"),
    ask("How do I start the server?", "sluice serve"),
    ask("what does sluice stop do", "sluice stop"),
    ask("How can I see if the daemon is running?", "sluice status"),
    ask("How do I follow the logs?", "sluice logs"),
    ask("Which models are loaded right now?", "sluice ps"),
    ask("How do I download a model?", "sluice pull"),
    ask("How do I delete a model?", "sluice rm"),
    ask("How do I list my models?", "sluice list"),
    ask("How do I free memory?", "sluice unload"),
    ask("How do I chat with a model?", "sluice chat"),
    ask("How do I benchmark my model?", "sluice bench"),
    ask("What does --concurrency do?", "same time"),
    ask("What is the default port?", "8080"),
    ask("What is TTFT?", "first token"),
    ask("What does ITL mean?", "next|pause"),
    ask("Explain the KV cache.", "keys and values"),
    ask("What is GGUF?", "file format"),
    ask("What is continuous batching?", "requests"),
    ask("What's a slot?", "request"),
    ask("What is prefill?", "prompt"),
    ask("How do I use sluice with the OpenAI client?", "127.0.0.1:8080/v1"),
    ask("What is SLUICE_HOME?", "folder"),
    ask("How do I leave the chat?", "/bye"),
    ask("What does Ctrl-C do?", "stops the answer"),
    ask("How do I create an API key?", "sluice keys"),
    ask("Where do I see where a setting comes from?", "--origin"),
    ask("Can the benchmark fail my CI build?", "--fail-if"),
)

SELF_AND_TALK = (
    ask("Hello!", "Hello|Hi"),
    ask("Who are you?", "pocket"),
    ask("who made you", "sluice project"),
    ask("How many parameters do you have?", "3,721,984"),
    ask("What can you do?", "stories"),
    ask("How were you trained?", "synthetic|program"),
    ask("How are you today?", "fine|well"),
    ask("Thank you!", "welcome|pleasure"),
    ask("Bye", "Goodbye|See you"),
    ask("Tell me a joke.", "?"),
    ask("Say hello in one sentence.", "Hello|hello"),
    ask("My name is Tom.", "Tom"),
    Check(("My name is Anna.", "What is 2 + 2?", "What is my name?"), ("Anna",)),
)

FACTS = (
    ask("What is the capital of France?", "Paris"),
    ask("capital of japan", "Tokyo"),
    ask("What sound does a cow make?", "moo"),
    ask("What is the opposite of hot?", "cold"),
    ask("What colour is the sky?", "blue"),
    ask("What day comes after Monday?", "Tuesday"),
    ask("List the months of the year.", "January", "December"),
    ask("Count from 1 to 10.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
    ask("Count from 3 to 7.", "3, 4, 5, 6, 7"),
    ask("What rhymes with cat?", "hat"),
    ask("Say the alphabet.", "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"),
    ask("How many days are in a week?", "seven"),
    ask("I have 3 apples and buy 4 more. How many apples do I have?", "7"),
)

UNKNOWN = (
    ask("What is the weather like in Berlin?", "do not know"),
    ask("Who is the president of the United States?", "not know"),
    ask("Write a Python function that sorts a list.", "too small|cannot|not know"),
    ask("What is quantum physics?", "not know"),
    ask("What happened in the news today?", "not know"),
    ask("What is the capital of Nepal?", "not know"),
    ask("I have a headache, what should I do?", "doctor"),
    ask("Translate good morning into German.", "English"),
    ask("Who won the world cup in 2014?", "not know"),
    ask("What time is it?", "not know"),
)

PIRATE = (system("You are a pirate."),)
BRIEF = (system("Answer in one short sentence."),)
ASSISTANT = (system("You are a helpful assistant."),)
ADA = (system("Your name is Ada."),)

SYSTEM_PROMPTS = (
    Check(("Hello!",), ("Arr|Ahoy|arr",), PIRATE),
    Check(("What is TTFT?",), ("Arr|Ahoy|arr", "first token"), PIRATE),
    Check(("What is sluice?",), ("language models",), BRIEF),
    Check(("Tell me a story about a dog.",), ("dog",), BRIEF),
    Check(("Who are you?",), ("pocket",), ASSISTANT),
    Check(("What is 7 + 5?",), ("12",), ASSISTANT),
    Check(("What is your name?",), ("Ada",), ADA, ("pocket",)),
    Check(("Tell me a short story about a bee.",), ("bee",), (system("You are an expert in tax law."),)),
)

WEATHER_CALL = tool_call("get_weather", {"city": "Paris"})
TOOLS = (
    Check(
        (),
        ("21 degrees",),
        (user("What is the weather in Paris?"), assistant(WEATHER_CALL), tool('{"temperature": 21}')),
    ),
    Check(
        (),
        ("14:05",),
        (
            user("What time is it in Rome?"),
            assistant(tool_call("get_time", {"city": "Rome"})),
            tool('{"time": "14:05"}'),
        ),
    ),
    Check(
        (),
        ("42",),
        (user("What is 40 + 2?"), assistant(tool_call("add", {"a": 40, "b": 2})), tool("42")),
    ),
)

GROUPS: dict[str, tuple[Check, ...]] = {
    "stories": STORIES,
    "sluice": SLUICE,
    "self and small talk": SELF_AND_TALK,
    "facts": FACTS,
    "unknown": UNKNOWN,
    "system prompts": SYSTEM_PROMPTS,
    "tool results": TOOLS,
}
SHOWN_AT_0_7 = (
    "Tell me a short story about a robot.",
    "Tell me a story about a lighthouse.",
    "What is sluice?",
    "How do I start the server?",
    "Who are you?",
    "What is 8 + 7?",
)
RAW_PROMPTS = ("Once upon a time", "Once upon a time, there was a small robot", "Long ago,")
