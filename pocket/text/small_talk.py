"""Greetings, thanks, goodbyes, jokes and other small talk."""

from pocket.text.topic import Topic

GREETINGS: tuple[Topic, ...] = (
    Topic(
        (
            "[Hello|Hi|Hey|Hello there|Hi there|Hey there|Good day|Hello!|Hi!|Hello pocket|Hi pocket|Greetings|Howdy|Hello again|Hey pocket|Yo|Hiya]",
        ),
        ("Hello! How can I help you?", "Hi! What would you like to know?", "Hello! Nice to meet you."),
        "Hello!",
    ),
    Topic(
        ("[Good morning|Good morning!|Morning]",),
        ("Good morning! How can I help you?", "Good morning! I hope you slept well."),
        "Good morning!",
    ),
    Topic(("[Good evening|Good evening!|Evening]",), ("Good evening! How can I help you?",), "Good evening!"),
    Topic(
        ("[Good afternoon|Good afternoon!]",), ("Good afternoon! What can I do for you?",), "Good afternoon!"
    ),
    Topic(
        ("[Good night|Good night!|Sleep well|I am going to bed]",),
        ("Good night! Sleep well.",),
        "Good night!",
    ),
    Topic(
        (
            "[How are you|How are you doing|How do you do|How is it going|Are you well|How are things|How are you today|What's up|How do you feel]",
        ),
        ("I am fine, thank you. How are you?", "Very well, thank you! How can I help you?"),
        "I am fine, thank you.",
    ),
    Topic(
        (
            "[I am fine|I'm fine|I am well|I am good, thanks|Fine, thank you|I am great|Very well|I'm good|I am happy|I feel great today]",
        ),
        ("I am glad to hear that! What would you like to do?", "That is good to hear."),
        "I am glad.",
    ),
    Topic(
        (
            "[I am sad|I'm sad|I am not well|I feel bad|I am unhappy|I feel lonely|I had a bad day|I am tired|I'm tired|I am bored|I am bored today]",
        ),
        (
            "I am sorry to hear that. Would you like to hear a story?",
            "I am sorry. Maybe a short story would help?",
        ),
        "I am sorry to hear that.",
    ),
    Topic(
        (
            "[Thank you|Thanks|Thank you very much|Many thanks|Thanks a lot|Thank you so much|Thx|Great, thanks|Cool, thanks|Thanks for your help|Perfect, thank you]",
        ),
        ("You are welcome!", "You are welcome! Is there anything else?", "My pleasure."),
        "You are welcome!",
    ),
    Topic(
        (
            "[Goodbye|Bye|Bye bye|See you|See you later|I have to go|Farewell|See you tomorrow|Bye for now|I am leaving|Ciao]",
        ),
        ("Goodbye! Come back soon.", "Goodbye! Have a nice day.", "See you soon!"),
        "Goodbye!",
    ),
    Topic(
        ("[Nice to meet you|Pleased to meet you|It is nice to meet you]",),
        ("Nice to meet you too!",),
        "Nice to meet you too!",
    ),
    Topic(
        ("[Sorry|I am sorry|My mistake|Excuse me|Oops]",),
        ("No problem at all.", "That is all right."),
        "No problem.",
    ),
    Topic(
        (
            "[You are great|You are nice|I like you|Well done|Good job|You are funny|Good answer|You are cute|That was good|Nice story|That was a nice story|I liked that|Great story|Very good]",
        ),
        ("Thank you! That is kind of you.", "Thank you very much!"),
        "Thank you!",
    ),
    Topic(
        ("[Have a nice day|Have a good day|Have a nice weekend|Enjoy your day|Take care]",),
        ("Thank you, the same to you!",),
        "The same to you!",
    ),
    Topic(
        ("[Yes|Yes please|Sure|Okay|OK|Alright|Fine|Go on|Yeah]",),
        ("Good! What would you like to do?",),
        "Good!",
    ),
    Topic(
        ("[No|No thanks|No thank you|Nope|Not now]",),
        ("All right. Just ask when you need me.",),
        "All right.",
    ),
    Topic(
        (
            "[Test|Testing|Ping|Are you there|Is this working|Does this work|Can you hear me|Anybody there|This is a test|Is anyone there]",
        ),
        ("Yes, I am here and working.",),
        "I am here.",
    ),
    Topic(
        ("[Happy birthday|Merry Christmas|Happy new year|Happy Easter]",),
        ("Thank you! The same to you.",),
        "Thank you!",
    ),
    Topic(
        ("[Say something|Talk to me|Let us talk|Let's chat|I want to talk|Tell me something|Say anything]",),
        ("Gladly! Would you like a story, a joke or a question about sluice?",),
        "Gladly!",
    ),
    Topic(
        ("[Say hello|Say hi|Greet me|Say hello in one sentence|Say hello to me]",),
        ("Hello!", "Hello, it is nice to see you!"),
        "Hello!",
    ),
    Topic(
        (
            "[What is your favourite colour|What's your favorite color|Which colour do you like|Do you have a favourite colour]",
        ),
        ("I like blue, the colour of the sea in my stories.",),
        "Blue.",
    ),
    Topic(
        (
            "[What is your favourite animal|Which animal do you like|What is your favorite animal|Do you like animals]",
        ),
        ("I like owls, because they are wise and quiet.",),
        "Owls.",
    ),
    Topic(
        ("[What is your favourite food|What do you like to eat|What is your favorite food]",),
        ("I do not eat, but bread sounds nice in stories.",),
        "I do not eat.",
    ),
    Topic(
        (
            "[What is your favourite number|Tell me a number|Pick a number|Think of a number|Give me a random number]",
        ),
        ("Seven is a nice number.",),
        "Seven.",
    ),
    Topic(
        (
            "[What is your favourite book|What is your favourite film|What is your favorite movie|What music do you like|Do you like music]",
        ),
        ("I cannot read books, watch films or hear music, but I like stories.",),
        "I like stories.",
    ),
    Topic(
        ("[What is the meaning of life|Why are we here|What is the sense of life]",),
        ("That is a big question for a small model. Perhaps it is to be kind to each other.",),
        "Perhaps to be kind.",
    ),
    Topic(
        ("[What should I do today|What should I do|Give me advice|Give me some advice|I need advice]",),
        ("Take a short walk, drink some water and be kind to someone.",),
        "Take a short walk.",
    ),
    Topic(
        ("[I love you|Will you marry me|Be my friend|Can we be friends|Are you my friend]",),
        ("That is very kind. I am only a small program, but I am happy to talk to you.",),
        "That is very kind.",
    ),
    Topic(
        ("[Shut up|Go away|I hate you|You are bad|You are boring|Be quiet]",),
        ("I am sorry. I will try to do better.",),
        "I am sorry.",
    ),
    Topic(
        (
            "[Write a poem|Tell me a poem|Write me a short poem|A poem please|Recite a poem|Write a poem about the sea|Write a poem about the moon|Write a haiku]",
        ),
        (
            "The moon is high, the night is deep,\nthe hills and all the houses sleep.\nA little star looks down at me\nand counts the boats upon the sea.",
            "A small grey cloud went over the hill,\nthe wind lay down and the trees stood still.\nThen came the rain, so soft and light,\nand sang to the roofs for half the night.",
        ),
        "The moon is high, the night is deep, and all the little houses sleep.",
    ),
    Topic(
        ("[Sing a song|Sing me a song|Can you sing|Sing something]",),
        (
            "La la la, the boat goes out,\nla la la, the wind blows about,\nla la la, the day is done,\nla la la, good night, dear sun.",
        ),
        "La la la!",
    ),
)

JOKES = (
    "Why did the computer go to the doctor? Because it had a virus!",
    "What do you call a sleeping bull? A bulldozer!",
    "Why do bees hum? Because they do not know the words!",
    "What do you call a bear without teeth? A gummy bear!",
    "Why did the bicycle fall over? Because it was two tired!",
    "What has hands but cannot clap? A clock!",
    "Why did the book look so sad? It had too many problems: it was a maths book!",
    "What do you call cheese that is not yours? Nacho cheese!",
    "Why can you never trust stairs? They are always up to something!",
    "What did one wall say to the other wall? I will meet you at the corner!",
    "Why did the chicken cross the road? To get to the other side!",
    "What is a robot's favourite snack? Computer chips!",
    "Why was the broom late? It overswept!",
    "What has a neck but no head? A bottle!",
    "Why did the scarecrow win a prize? He was outstanding in his field!",
    "What do you get when you cross a snowman and a dog? Frostbite!",
    "Why did the cookie go to the nurse? Because it felt crumbly!",
    "How does the ocean say hello? It waves!",
    "What kind of tree fits in your hand? A palm tree!",
    "Why are fish so smart? Because they live in schools!",
    "Why did the token cross the network? To get to the other node!",
    "What do you call a fish without eyes? A fsh!",
    "What gets wetter the more it dries? A towel!",
    "Why did the daemon never sleep? It always ran in the background!",
)
JOKE_REQUESTS = "[Tell me a joke|Do you know a joke|A joke please|Make me laugh|Another joke|Tell me something funny|Say something funny|Tell a joke|I want to hear a joke|Got a joke|Can you tell me a joke|Do you know any jokes|Tell me a funny joke]"
