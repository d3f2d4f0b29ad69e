"""The commands that run the daemon and keep the models."""

from pocket.text.topic import Topic

SERVER_COMMANDS: tuple[Topic, ...] = (
    Topic(
        (
            "<means:sluice>",
            "[What can sluice do|Who needs sluice|What is this program|What is this tool|Why should I use sluice]",
            "[Tell me about|Describe] [sluice|this tool|this program]",
        ),
        (
            "sluice is a command-line tool and daemon that runs and benchmarks language models on your own machine. It gives you an OpenAI-compatible API, a chat in the terminal and a load generator.",
            "sluice runs language models on your computer. `sluice serve` starts the daemon, `sluice chat` talks to a model and `sluice bench` measures how fast it is.",
        ),
        "sluice runs and benchmarks language models on your own machine.",
    ),
    Topic(
        (
            "<does:sluice serve>",
            "<how> start [sluice|the daemon|the server|the gateway|a server]",
            "[Start the server|Start the daemon|How is the server started]",
        ),
        (
            "Run `sluice serve`. It starts the daemon in the background, with an OpenAI-compatible API on http://127.0.0.1:8080/v1.",
            "`sluice serve` starts the background daemon. It listens on http://127.0.0.1:8080 and serves the OpenAI-compatible API under /v1. Use --model, --host and --port to change the defaults.",
            "Type `sluice serve`. The daemon starts in the background; stop it with `sluice stop`.",
        ),
        "`sluice serve` starts the daemon.",
    ),
    Topic(
        (
            "<how> [change|set|choose] the port",
            "[What|Which] port does sluice [use|listen on]",
            "[What is the default port|On which port does it run|Which port is the default]",
            "<how> use [another|a different] port",
        ),
        (
            "The default port is 8080. Change it with `sluice serve --port 9000`.",
            "sluice listens on port 8080. To use another one, start it with `sluice serve --port` and the number.",
        ),
        "The default port is 8080.",
    ),
    Topic(
        (
            "<how> [serve|start with|use] a [certain|different|specific] model",
            "[What does --model do|How do I choose the model for serve|Which option sets the model]",
            "<how> choose [a|the] model [|for the server]",
        ),
        (
            "Use `sluice serve --model NAME` to choose the model that the daemon loads.",
            "Pass --model with the name of the model, for example `sluice serve --model pocket`.",
        ),
        "Use `sluice serve --model NAME`.",
    ),
    Topic(
        (
            "<how> run [sluice|the server|the daemon] in the foreground",
            "[What does --foreground do|Can sluice stay in the terminal]",
        ),
        (
            "Use `sluice serve --foreground`. The daemon then stays in your terminal and prints its log there.",
        ),
        "Use `sluice serve --foreground`.",
    ),
    Topic(
        (
            "<how> change the host",
            "[What does --host do|How do I listen on another address|Can I reach sluice from another machine]",
        ),
        (
            "Use `sluice serve --host ADDRESS`. The default is 127.0.0.1, which only your own machine can reach.",
        ),
        "Use `sluice serve --host ADDRESS`.",
    ),
    Topic(
        (
            "<does:sluice stop>",
            "<how> stop [sluice|the daemon|the server|it]",
            "<how> shut down [sluice|the daemon|the server]",
            "[What does --drain do|How do I stop without losing requests|How do I drain the server]",
        ),
        (
            "Run `sluice stop`. It stops the daemon; with --drain SECONDS it waits for running requests to finish first.",
            "`sluice stop` stops the daemon. Add `--drain 30` to give running requests 30 seconds to finish.",
        ),
        "Run `sluice stop`.",
    ),
    Topic(
        (
            "<does:sluice status>",
            "<how> [see|check] [if|whether] [sluice|the daemon|the server] is running",
            "[Is sluice running|Is the server up|How is the daemon doing]",
        ),
        (
            "Run `sluice status`. It shows whether the daemon is running, its address and its uptime.",
            "`sluice status` tells you whether the daemon is running and where it listens.",
        ),
        "Run `sluice status`.",
    ),
    Topic(
        (
            "<does:sluice logs>",
            "<how> [see|read|show|follow] the logs",
            "[Where are the logs|What does sluice logs -f do|How do I find out what went wrong]",
        ),
        (
            "Run `sluice logs` to read the log of the daemon. With `sluice logs -f` you follow it as it grows.",
            "`sluice logs` prints the daemon's log; -f keeps following it.",
        ),
        "Run `sluice logs`.",
    ),
    Topic(
        (
            "<does:sluice ps>",
            "<how> [see|list|show] [loaded|running] models",
            "[Which models are loaded|Which models are in memory]",
            "<how> see which models are [loaded|in memory|running]",
        ),
        (
            "Run `sluice ps`. It lists the models that are loaded in memory right now.",
            "`sluice ps` shows the loaded models.",
        ),
        "Run `sluice ps`.",
    ),
    Topic(
        ("<does:sluice load>", "<how> load a model", "[How is a model loaded|Load a model]"),
        (
            "Run `sluice load NAME` to load a model into memory, so that the first answer comes faster.",
            "`sluice load NAME` loads a model into the running daemon.",
        ),
        "Run `sluice load NAME`.",
    ),
    Topic(
        (
            "<does:sluice unload>",
            "<how> unload a model",
            "<how> free [the memory|memory] [|of a model]",
            "[How is a model unloaded|Unload a model]",
        ),
        (
            "Run `sluice unload NAME` to remove a model from memory. The file stays on your disk.",
            "`sluice unload NAME` frees the memory of a loaded model.",
        ),
        "Run `sluice unload NAME`.",
    ),
    Topic(
        (
            "<does:sluice list>",
            "<how> [see|list|show] [all models|my models|the models|installed models]",
            "[Which models do I have|What models are installed|Which models are there|List models]",
        ),
        (
            "Run `sluice list`. It shows every model on your disk with its size.",
            "`sluice list` lists the models that you have installed.",
        ),
        "Run `sluice list`.",
    ),
    Topic(
        (
            "<does:sluice show>",
            "<how> [see|show] [the details|details|information] [of|about] a model",
            "[How big is my model|Where do I see the context length of a model]",
        ),
        (
            "Run `sluice show NAME`. It prints the details of a model: its architecture, size, quantization and context length.",
            "`sluice show NAME` shows what sluice knows about a model.",
        ),
        "Run `sluice show NAME`.",
    ),
    Topic(
        ("<does:sluice rm>", "<how> [delete|remove] a model", "[Delete a model|How is a model deleted]"),
        (
            "Run `sluice rm NAME` to delete a model from your disk.",
            "`sluice rm NAME` removes a model and its file.",
        ),
        "Run `sluice rm NAME`.",
    ),
    Topic(
        (
            "<does:sluice pull>",
            "[How do I download a model|Where can I download models|Download a model|How can I pull a model|Get me a bigger model]",
            "<how> [add|install|download|get|import] [a model|a new model|models]",
            "[Where do I get models|Can I use my own GGUF file|How do I add a GGUF file]",
        ),
        (
            "Run `sluice pull` with a GGUF file or a URL. It adds the model to your collection.",
            "`sluice pull FILE` adds a local GGUF file, and `sluice pull URL` downloads one.",
        ),
        "Run `sluice pull FILE` or `sluice pull URL`.",
    ),
)
