"""The commands for people, and the list of all of them."""

from pocket.text.sluice_server_commands import SERVER_COMMANDS
from pocket.text.topic import Topic

_CLIENT_COMMANDS: tuple[Topic, ...] = (
    Topic(
        (
            "<does:sluice chat>",
            "<how> [chat|talk|speak] [with|to] [a model|the model|you]",
            "[How do I start a chat|Start a chat|How do I open the chat]",
        ),
        (
            "Run `sluice chat`. It opens a chat in your terminal; type /help to see the commands and /bye to leave.",
            "`sluice chat` starts a conversation in the terminal. With `-p PROMPT` it answers one prompt, and --continue picks up your last chat.",
        ),
        "Run `sluice chat`.",
    ),
    Topic(
        (
            "<how> [ask one question|send a single prompt|use sluice in a script|send one prompt]",
            "[What does -p do|What does sluice chat -p do]",
        ),
        ('Use `sluice chat -p "your question"`. It prints one answer and ends, which is handy in scripts.',),
        "Use `sluice chat -p PROMPT`.",
    ),
    Topic(
        (
            "<how> continue [my last chat|an old conversation|the last conversation|a chat]",
            "[What does --continue do|Can I go on with my last chat]",
        ),
        ("Use `sluice chat --continue`. It picks up the last conversation where you left it.",),
        "Use `sluice chat --continue`.",
    ),
    Topic(
        (
            "<does:sluice bench>",
            "<how> [benchmark|measure|test the speed of] [a model|the server|my model|sluice]",
            "[How fast is my model|How do I run a benchmark|How do I measure the speed|Run a benchmark]",
        ),
        (
            "Run `sluice bench`. It sends many requests and reports TTFT, inter-token latency, P50, P95 and P99, and tokens per second.",
            "`sluice bench` is the load generator. Use --concurrency for the number of parallel requests and --requests or --duration for how long it runs.",
        ),
        "Run `sluice bench`.",
    ),
    Topic(
        (
            "[What does --concurrency do|What is --concurrency|Explain --concurrency|What does concurrency mean]",
            "<how> [send requests in parallel|set the concurrency|test many users at once|use more parallel requests]",
        ),
        (
            "--concurrency sets how many requests `sluice bench` keeps running at the same time, for example `sluice bench --concurrency 16`.",
            "Use `sluice bench --concurrency 16` to keep 16 requests running at the same time.",
        ),
        "It sets how many requests run at the same time.",
    ),
    Topic(
        (
            "[What does --requests do|What does --duration do|What is --duration|What is --requests]",
            "<how> [limit the benchmark|set how long the benchmark runs|set the number of requests]",
        ),
        ("--requests sets how many requests the benchmark sends, and --duration sets how long it runs.",),
        "--requests counts requests and --duration limits the time.",
    ),
    Topic(
        (
            "[What does --max-tokens do|What is --max-tokens]",
            "<how> [limit the length of the answers|limit the tokens|make the answers shorter in the benchmark]",
        ),
        ("--max-tokens limits how many tokens each answer may have.",),
        "It limits the length of each answer.",
    ),
    Topic(
        ("[What does --json do|What is --json]", "<how> get the [results|report] as JSON"),
        ("--json prints the result as JSON, so that a program can read it: `sluice bench --json`.",),
        "It prints the result as JSON.",
    ),
    Topic(
        (
            "[What does --fail-if do|What is --fail-if|Explain --fail-if|Can the benchmark fail|Can sluice bench fail a build|Can I use sluice bench in CI]",
            "<how> [use the benchmark in CI|fail when it is too slow|fail the build when the model is slow|make the benchmark fail]",
        ),
        (
            "--fail-if makes `sluice bench` end with an error when a limit is broken, for example when P95 is too slow. That is useful in CI.",
        ),
        "It ends the benchmark with an error when a limit is broken.",
    ),
    Topic(
        (
            "[What does --url do|What is --url for]",
            "<how> [benchmark another server|test a remote server|measure another server]",
        ),
        ("Use `sluice bench --url URL` to measure another OpenAI-compatible server.",),
        "It points the benchmark at another server.",
    ),
    Topic(
        (
            "<does:sluice config>",
            "<does:sluice config show>",
            "<how> [see|show] [the configuration|my settings|the settings|the config]",
            "[What does --origin do|Where does a setting come from|How do I see where a setting comes from]",
        ),
        (
            "Run `sluice config show --origin`. It prints every setting and where its value comes from: a flag, the environment, the file or the default.",
            "`sluice config show` prints the settings; add --origin to see where each value comes from.",
        ),
        "Run `sluice config show`.",
    ),
    Topic(
        (
            "<does:sluice keys>",
            "<how> [create|make|add|manage|get] [an API key|API keys|a key]",
            "[Do I need an API key|How do API keys work|Where do I get an API key]",
        ),
        (
            "Use `sluice keys`. It creates, lists and removes the API keys of your gateway.",
            "`sluice keys` manages API keys, so that you can decide who may use your server.",
        ),
        "Use `sluice keys`.",
    ),
    Topic(
        (
            "<does:sluice stats>",
            "<how> [see|show] [the usage|my usage|usage|statistics]",
            "[How many tokens did I use|Who used how many tokens]",
        ),
        (
            "Run `sluice stats`. It shows the usage: how many requests and tokens were served.",
            "`sluice stats` shows how many requests and tokens each key and model has used.",
        ),
        "Run `sluice stats`.",
    ),
    Topic(
        (
            "<means:SLUICE_HOME>",
            "[Where are the models stored|Where does sluice keep its files|Where are my files|Where are models saved]",
            "<how> change the folder of sluice",
        ),
        (
            "SLUICE_HOME is the folder where sluice keeps its models, logs and settings. Set this environment variable to use another folder.",
        ),
        "SLUICE_HOME is the folder where sluice keeps its files.",
    ),
    Topic(
        (
            "[What is --config|What does --config do]",
            "<how> use [another|my own] config file",
            "[Where is the config file|Is there a config file]",
        ),
        ("Use `sluice serve --config FILE` to read the settings from a file.",),
        "It names the file with the settings.",
    ),
    Topic(
        (
            "[Which commands are there|What commands does sluice have|List all commands|What commands can I use|Show me the commands of sluice|What are the commands]",
        ),
        (
            "The main commands are serve, stop, status, logs, ps, load, unload, list, show, rm, pull, chat, bench, config, keys and stats.",
        ),
        "serve, stop, status, logs, ps, load, unload, list, show, rm, pull, chat, bench, config, keys and stats.",
    ),
)

COMMANDS = SERVER_COMMANDS + _CLIENT_COMMANDS
