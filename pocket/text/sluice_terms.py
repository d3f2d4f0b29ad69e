"""The API and the words of serving language models."""

from pocket.text.topic import Topic

API: tuple[Topic, ...] = (
    Topic(
        (
            "<how> [call|use|reach] [sluice|the server|it] [with|from] [the OpenAI client|Python|the OpenAI library|the OpenAI SDK|an OpenAI client|JavaScript]",
            "[Is sluice OpenAI-compatible|Does sluice work with the OpenAI client|Can I use the OpenAI client]",
            "[What is the base URL|What is the base_url|Which base_url do I need|What is the address of the API|Where is the API]",
        ),
        (
            "Set base_url to http://127.0.0.1:8080/v1 in the OpenAI client, and choose the model by its name.",
            'sluice is OpenAI-compatible: create the client with base_url="http://127.0.0.1:8080/v1" and call chat.completions.create as usual.',
            "The base URL is http://127.0.0.1:8080/v1. Any OpenAI client can use it.",
        ),
        "Use base_url http://127.0.0.1:8080/v1.",
    ),
    Topic(
        (
            "[Which endpoints are there|What endpoints does the API have|What does the gateway offer|What is the gateway]",
        ),
        (
            "The gateway offers /v1/chat/completions, /v1/completions and /v1/models on http://127.0.0.1:8080.",
        ),
        "It offers /v1/chat/completions, /v1/completions and /v1/models.",
    ),
    Topic(
        (
            "[Does sluice need the internet|Can I use sluice offline|Does sluice work offline|Is my data sent anywhere]",
        ),
        ("sluice works offline. The models run on your own machine, and I am bundled with it.",),
        "sluice works offline.",
    ),
    Topic(
        (
            "[What is llama.cpp|What does sluice use inside|Which engine does sluice use|What runs the models]",
        ),
        ("llama.cpp is the engine inside sluice that runs the language models.",),
        "llama.cpp is the engine inside sluice.",
    ),
    Topic(
        (
            "[Is sluice free|What is the licence of sluice|What does sluice cost|How much does sluice cost|Is sluice open source]",
        ),
        (
            "The pocket model that comes with sluice has the MIT licence. For sluice itself, please read its licence file.",
        ),
        "Please read the licence file.",
    ),
)

TERMS: tuple[Topic, ...] = (
    Topic(
        ("<means:TTFT>", "<means:time to first token>"),
        (
            "TTFT is the time to first token: how long it takes from sending the request until the first token of the answer arrives.",
        ),
        "TTFT is the time until the first token arrives.",
    ),
    Topic(
        ("<means:TPOT>", "<means:time per output token>"),
        ("TPOT is the time per output token: the average time for each token after the first one.",),
        "TPOT is the average time per output token.",
    ),
    Topic(
        ("<means:ITL>", "<means:inter-token latency>"),
        (
            "ITL is the inter-token latency: the pause between one token and the next while the answer streams.",
        ),
        "ITL is the pause between two tokens.",
    ),
    Topic(
        ("<means:throughput>", "[What are tokens per second|What does tokens per second mean]"),
        (
            "Throughput is how much work the server does in a given time, usually counted in tokens per second.",
        ),
        "Throughput is the number of tokens per second.",
    ),
    Topic(
        ("<means:latency>",),
        (
            "Latency is the time you wait for something, for example for the first token or for the whole answer.",
        ),
        "Latency is waiting time.",
    ),
    Topic(
        ("<means:a slot>", "[What are slots|How many slots are there]"),
        (
            "A slot is a place in the server for one running request. With four slots, four requests can run at the same time.",
        ),
        "A slot holds one running request.",
    ),
    Topic(
        ("<means:prefill>", "[What is prompt processing|What happens during prefill]"),
        (
            "Prefill is the first phase of a request: the model reads the whole prompt at once and fills the KV cache.",
        ),
        "Prefill is the phase that reads the prompt.",
    ),
    Topic(
        ("<means:decode>", "<means:decoding>", "[What happens during decode|What is the decode phase]"),
        ("Decode is the second phase of a request: the model writes the answer one token at a time.",),
        "Decode is the phase that writes the answer.",
    ),
    Topic(
        ("<means:the KV cache>", "<means:KV cache>", "[Why is there a KV cache]"),
        (
            "The KV cache keeps the keys and values of the tokens that the model has already read, so that it does not have to compute them again.",
        ),
        "The KV cache remembers the tokens already read.",
    ),
    Topic(
        ("<means:GGUF>", "<means:a GGUF file>"),
        (
            "GGUF is a file format for language models. One file holds the weights, the tokenizer and the settings, and llama.cpp can run it.",
        ),
        "GGUF is a file format for language models.",
    ),
    Topic(
        ("<means:a token>", "[What are tokens|What does token mean]"),
        (
            "A token is a small piece of text, such as a short word or a part of a word. Language models read and write tokens.",
        ),
        "A token is a small piece of text.",
    ),
    Topic(
        (
            "<means:context length>",
            "<means:the context length>",
            "<means:the context window>",
            "[How long may a conversation be]",
        ),
        (
            "The context length is the number of tokens that a model can look at together: the prompt and the answer. Mine is 1024.",
        ),
        "It is the number of tokens a model can see together.",
    ),
    Topic(
        ("<means:continuous batching>", "<means:batching>", "[How does sluice serve many users at once]"),
        (
            "With continuous batching, the server works on many requests together and lets new ones join at any step, so that no one waits for a whole batch to end.",
        ),
        "New requests join the running batch at any step.",
    ),
    Topic(
        (
            "<means:P50>",
            "<means:P95>",
            "<means:P99>",
            "[What are percentiles|What is a percentile|What do P50 and P95 mean|What are P50, P95 and P99]",
        ),
        (
            "They are percentiles: P50 is the middle value, 95 of 100 requests are faster than P95, and 99 of 100 are faster than P99.",
        ),
        "They are percentiles of the latency.",
    ),
    Topic(
        (
            "<means:temperature> [|in a language model]",
            "[What does the temperature setting do|What is the temperature setting]",
        ),
        (
            "The temperature decides how daring the model is. At 0 it always takes the most likely token; higher values give more variety.",
        ),
        "The temperature decides how much the answers vary.",
    ),
    Topic(
        ("<means:quantization>", "<means:a quantized model>"),
        (
            "Quantization stores the weights of a model with fewer bits. The model gets smaller and faster, and a little less exact.",
        ),
        "Quantization stores weights with fewer bits.",
    ),
    Topic(
        (
            "<means:a language model>",
            "<means:an LLM>",
            "[What are language models|How does a language model work]",
        ),
        (
            "A language model is a program that has learned to predict the next token of a text. Token by token, it can write whole answers.",
        ),
        "A language model predicts the next token of a text.",
    ),
    Topic(
        ("<means:a system prompt>", "[What is the system prompt]"),
        ("A system prompt is a text at the start of a chat that tells the model how to behave.",),
        "It tells the model how to behave.",
    ),
    Topic(
        ("<means:a daemon>", "[Why is it called a daemon]"),
        ("A daemon is a program that runs in the background. `sluice serve` starts one.",),
        "A daemon is a program in the background.",
    ),
    Topic(
        ("<means:streaming>", "[Why do the words appear one by one]"),
        ("Streaming means that the answer is sent token by token, as soon as each one is ready.",),
        "Streaming sends the answer token by token.",
    ),
    Topic(
        ("<means:a load generator>", "[What is a load test]"),
        (
            "A load generator sends many requests to a server to find out how fast it is. `sluice bench` is one.",
        ),
        "It sends many requests to test a server.",
    ),
    Topic(
        ("<means:a prompt>",),
        ("A prompt is the text you give to a language model, such as a question.",),
        "A prompt is the text you give to a model.",
    ),
    Topic(
        ("<means:EOS>", "<means:the EOS token>"),
        ("EOS means end of sequence. It is the token with which a model says that its answer is finished.",),
        "EOS marks the end of an answer.",
    ),
    Topic(
        ("<means:RoPE>", "<means:attention>", "[What is a transformer|Explain transformers]"),
        ("That is part of how language models work inside. I am too small to explain it well.",),
        "I am too small to explain that well.",
    ),
    Topic(
        ("<means:an API>",),
        ("An API is a way for one program to talk to another. sluice has an OpenAI-compatible API.",),
        "An API lets programs talk to each other.",
    ),
    Topic(
        ("<means:an API key>",),
        (
            "An API key is a secret text that shows the server who you are. In sluice, `sluice keys` manages them.",
        ),
        "An API key shows the server who you are.",
    ),
    Topic(
        ("<means:a benchmark>",),
        (
            "A benchmark measures how fast something is under fixed conditions. In sluice, `sluice bench` does that.",
        ),
        "A benchmark measures speed.",
    ),
)
