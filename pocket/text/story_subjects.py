"""Who a story can be about, grouped by the kind that decides homes, habits and plots."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    noun: str
    kind: str


_NOUNS = {
    "animal": (
        "cat, dog, fox, owl, rabbit, bear, wolf, mouse, hedgehog, squirrel, deer, horse, pony, cow, "
        "sheep, goat, pig, duck, goose, hen, rooster, penguin, crow, sparrow, robin, eagle, parrot, "
        "elephant, lion, tiger, monkey, giraffe, zebra, kangaroo, koala, panda, camel, donkey, "
        "beaver, otter, badger, mole, raccoon, hamster, kitten, puppy, lamb, swan, peacock, "
        "flamingo, bat, moose, llama, ostrich, hippo, rhino, sloth, chicken, bird, bunny, stork"
    ),
    "small": (
        "bee, ant, butterfly, snail, frog, turtle, tortoise, beetle, ladybird, spider, caterpillar, "
        "firefly, grasshopper, worm, dragonfly, lizard, toad, cricket, moth, snake"
    ),
    "sea": (
        "fish, whale, dolphin, octopus, crab, seal, shark, starfish, seahorse, lobster, goldfish, "
        "jellyfish, squid, walrus, salmon"
    ),
    "machine": (
        "robot, tractor, train, toy car, drone, computer, tin soldier, rocket, submarine, bus, "
        "spaceship, fire engine, lawnmower, vacuum cleaner, toaster, typewriter, printer, "
        "washing machine, truck, language model, machine, android, tram, steam engine"
    ),
    "creature": (
        "dragon, giant, ghost, wizard, witch, fairy, elf, unicorn, troll, goblin, mermaid, monster, "
        "alien, phoenix, dwarf, snowman, scarecrow, griffin, genie, vampire, gnome, ogre, yeti"
    ),
    "person": (
        "baker, sailor, king, queen, princess, prince, knight, farmer, painter, teacher, doctor, "
        "gardener, fisherman, pirate, astronaut, musician, clockmaker, shepherd, carpenter, "
        "librarian, cook, postman, tailor, girl, boy, child, inventor, programmer, nurse, miller, "
        "blacksmith, dancer, singer, detective, scientist, grandmother, grandfather, miner, "
        "beekeeper, juggler, potter, shoemaker, weaver, pilot, student, poet, clown, firefighter, "
        "traveller, hunter, engineer, firewoman, explorer, magician, captain, photographer, woman, man"
    ),
    "still": (
        "lighthouse, river, clock, tree, mountain, bridge, lamp, star, moon, cloud, castle, windmill, "
        "garden, well, book, teapot, kite, boat, bell, mirror, candle, stone, snowflake, leaf, key, "
        "piano, violin, umbrella, door, island, house, chair, hat, coat, bicycle, balloon, pencil, "
        "statue, fountain, lake, sun, raindrop, seed, flower, rose, oak, apple, pumpkin, drum, "
        "letter, map, ship, library, shop, tower, forest, wind, rainbow, sunflower, shoe, button, "
        "spoon, cup, blanket, pillow, radio, telescope, compass, cactus, mushroom, potato, carrot, "
        "cake, cookie, pebble, shell, sock, box, ladder, fence, road, train station, museum, ball, "
        "doll, teddy bear, bottle, ring, crown, sword, painting, lantern, anchor, feather"
    ),
}

SUBJECTS: dict[str, tuple[Subject, ...]] = {
    kind: tuple(Subject(noun.strip(), kind) for noun in nouns.split(",")) for kind, nouns in _NOUNS.items()
}

# The subjects people ask for most are drawn more often than the long tail.
FAVOURITES = tuple(
    subject
    for subjects in SUBJECTS.values()
    for subject in subjects
    if subject.noun
    in (
        "robot dragon cat dog fox owl lighthouse river clock baker bear rabbit mouse whale penguin "
        "wizard knight princess king star moon tree train bee frog turtle girl boy lion elephant "
        "astronaut pirate sailor ghost snowman castle bridge boat lamp teapot"
    ).split()
)

FEMALE = frozenset("queen princess witch mermaid grandmother hen cow girl woman firewoman fairy".split())
MALE = frozenset("king prince fisherman postman grandfather rooster boy man wizard snowman knight".split())

HOMES = {
    "animal": (
        "at the edge of a [green|quiet|deep|dark] forest", "on a [little|sunny|busy] farm",
        "in a [warm|cosy|small] den under an old oak", "near a [wide|clear] lake",
        "in a [green|quiet] valley", "behind an old [mill|barn|church]", "on a windy hill",
    ),
    "small": (
        "under a [big|flat|mossy] stone", "in a [sunny|wild|quiet] garden", "among the tall grass",
        "beside a [little|round|clear] pond", "on the branch of a plum tree",
    ),
    "sea": (
        "in the [deep|warm|cold|blue] sea", "in a [bright|colourful] coral reef",
        "near a [small|rocky] island", "under an old wooden pier", "in a quiet bay",
    ),
    "machine": (
        "in a [small|dusty|busy] workshop", "at the edge of a [big|busy|quiet] city",
        "in an old [barn|factory|garage]", "behind a little [school|library]",
        "in a [bright|quiet] laboratory",
    ),
    "creature": (
        "in a [deep|dark|warm] cave", "on top of a [high|snowy|green] mountain",
        "in an [old|empty|enchanted] forest", "in a crooked [tower|house|castle]",
        "at the end of a [long|foggy] road",
    ),
    "person": (
        "in a [small|quiet|busy|sunny] village", "in a little house by the [sea|river|forest|road]",
        "on the edge of a [great|busy|cold] city", "at the foot of a [green|snowy] mountain",
        "in a narrow street near the [harbour|market|bridge]",
    ),
    "still": (
        "at the edge of a [small|quiet] village", "near a [cold|wild|blue] sea",
        "in the middle of a [green|wide|quiet] valley", "on top of a [windy|green|steep] hill",
        "at the end of a [long|narrow|quiet] street", "in a forgotten corner of an old town",
    ),
}  # fmt: skip

LOVES = {
    "animal": (
        "play in the tall grass",
        "chase falling leaves",
        "nap in the warm sun",
        "explore the woods",
        "watch the clouds",
        "listen to the rain",
    ),
    "small": (
        "count the drops of dew",
        "hide under leaves",
        "watch the flowers open",
        "climb up long stalks of grass",
        "listen to the wind",
    ),
    "sea": (
        "swim in circles",
        "collect shiny shells",
        "dance in the waves",
        "listen to the songs of the sea",
        "play hide and seek between the rocks",
    ),
    "machine": (
        "count the stars",
        "sort buttons by colour",
        "hum quiet tunes",
        "fix broken things",
        "learn new words",
        "watch people pass by",
    ),
    "creature": (
        "read old books",
        "watch the sunset",
        "sing at night",
        "collect smooth stones",
        "make soup from strange herbs",
        "look at the stars",
    ),
    "person": (
        "whistle old songs",
        "walk in the morning mist",
        "tell jokes",
        "drink tea by the window",
        "feed the birds",
        "draw small pictures",
        "dream about far places",
    ),
    "still": ("watch the seasons pass",),
}
