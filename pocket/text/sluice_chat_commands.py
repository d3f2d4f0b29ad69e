"""The slash commands and keys of `sluice chat`."""

from pocket.text.topic import Topic

CHAT_COMMANDS: tuple[Topic, ...] = (
    Topic(
        (
            "[What does /help do|Which commands are there in the chat|What can I type in the chat|What are the chat commands|List the chat commands|How do I get help in the chat]",
        ),
        (
            "In `sluice chat` you can type /help, /system, /set, /model, /regen, /undo, /save, /load, /clear, /stats and /bye.",
        ),
        "Type /help in the chat.",
    ),
    Topic(
        ("<does:/system>", "<how> [set|change] the system prompt"),
        ("/system sets the system prompt of the chat, for example `/system You are a pirate.`",),
        "/system sets the system prompt.",
    ),
    Topic(
        ("<does:/set>", "<how> [change|set] the temperature [|in the chat]"),
        ("/set changes a setting of the chat, for example `/set temperature 0.7`.",),
        "/set changes a setting.",
    ),
    Topic(
        ("<does:/model>", "<how> [switch|change] the model in the chat", "<how> switch to another model"),
        ("/model switches the chat to another model: type `/model NAME`.",),
        "/model switches the model.",
    ),
    Topic(
        ("<does:/regen>", "<how> get [another|a new] answer", "<how> regenerate the answer"),
        ("/regen throws the last answer away and writes a new one.",),
        "/regen writes a new answer.",
    ),
    Topic(
        ("<does:/undo>", "<how> [take back|undo] my last message"),
        ("/undo removes your last message and its answer from the chat.",),
        "/undo removes the last message.",
    ),
    Topic(
        ("<does:/save>", "<how> save [the|my] [chat|conversation]"),
        ("/save writes the conversation to a file, and /load reads it again.",),
        "/save keeps the conversation.",
    ),
    Topic(
        ("<does:/load>", "<how> [open|load] a saved [chat|conversation]"),
        ("/load opens a conversation that you saved with /save.",),
        "/load opens a saved conversation.",
    ),
    Topic(
        ("<does:/clear>", "<how> [clear|empty] the chat", "<how> start over [|in the chat]"),
        ("/clear forgets the conversation and starts a new one.",),
        "/clear starts over.",
    ),
    Topic(
        ("<does:/stats>", "<how> see the speed in the chat"),
        (
            "/stats shows the numbers of the last answer, such as the time to first token and the tokens per second.",
        ),
        "/stats shows the numbers of the last answer.",
    ),
    Topic(
        (
            "<does:/bye>",
            "<how> [leave|exit|quit|close|end] [the chat|sluice chat]",
            "[How do I get out of here|How do I leave|What does Ctrl-D do]",
        ),
        ("Type /bye or press Ctrl-D to leave the chat.",),
        "Type /bye or press Ctrl-D.",
    ),
    Topic(
        (
            "[What does Ctrl-C do|How do I stop the answer|How do I interrupt the answer|How do I stop you from talking|How do I cancel an answer|Can I stop a long answer]",
        ),
        ("Press Ctrl-C. It stops the answer, and the chat stays open.",),
        "Press Ctrl-C.",
    ),
)
