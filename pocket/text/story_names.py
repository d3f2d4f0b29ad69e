"""Names by pronoun, so that a name always goes with the same pronoun."""

GIRLS = (
    "Mia Lily Ada Nora Rosa Ivy Luna Clara Elsie Hazel Maya Zoe Ruby Pearl Olive Wren Poppy Tess "
    "Molly Daisy Anna Greta Sofia Ella Nina Cora Willa June Iris Flora"
).split()
BOYS = (
    "Tom Leo Finn Otto Max Sam Hugo Oscar Ben Milo Felix Theo Jack Eli Noah Rufus Basil Toby Gus "
    "Arlo Henry Jonas Emil Peter Walter Jasper Oliver Ravi Kai Simon"
).split()
MACHINES = (
    "Bolt Pip Zap Rusty Cog Beep Dot Sprocket Tinker Chip Gizmo Widget Spark Click Buzz Nut Whirr "
    "Tock Copper Blink"
).split()
STILL = (
    "Old Bess", "Grandfather", "Beacon", "Silver", "Old Tom", "Whisper", "Patience", "Amber",
    "Old Faithful", "Evergreen", "Lantern", "Marble", "Willow", "Old Joe", "Misty", "Sunny",
)  # fmt: skip

GROWN_UPS = (
    "a fisherman", "a gardener", "an old teacher", "a young painter", "a tired traveller",
    "a kind nurse", "a shy student", "an old sailor", "a cheerful postman", "a quiet farmer",
)  # fmt: skip

HELPERS = (
    "old owl", "little mouse", "quiet turtle", "clever crow", "friendly squirrel", "gentle bear",
    "wise goat", "tiny sparrow", "cheerful frog", "shy deer", "busy bee", "old badger", "kind rabbit",
    "funny duck", "brave hedgehog", "calm donkey", "curious otter", "sleepy cat", "proud rooster",
    "patient snail", "bright firefly", "old tortoise", "small robin", "young goose",
)  # fmt: skip

ADJECTIVES = (
    "small", "brave", "shy", "curious", "kind", "old", "young", "clever", "gentle", "cheerful",
    "quiet", "lonely", "tiny", "clumsy", "proud", "patient", "sleepy", "hungry", "friendly", "silly",
    "grumpy", "happy", "little", "big", "red", "blue", "golden", "green", "honest", "lazy", "wise",
    "busy", "tired", "funny", "polite", "stubborn", "careful", "dreamy", "white", "black",
)  # fmt: skip

VILLAGES = (
    "Millbrook", "Greenhill", "Stonebridge", "Willowdale", "Harbourton", "Applewood", "Foxley",
    "Riverbend", "Snowfield", "Honeywell", "Oakham", "Brightwater",
)  # fmt: skip

# Sounds for words that mean nothing.
SYLLABLES = (
    "bla tor mi zan quo fel dru kir pa ven shi lor gan tus mek ru dol cas ni wex bor ju hal pri".split()
)
