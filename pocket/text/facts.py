"""The small world pocket knows: capitals, animals, opposites, colours, days and months."""

from pocket.text.grammar import joined
from pocket.text.topic import Topic

CAPITALS = {
    "France": "Paris", "Germany": "Berlin", "Italy": "Rome", "Spain": "Madrid", "Portugal": "Lisbon",
    "England": "London", "the United Kingdom": "London", "Ireland": "Dublin", "Austria": "Vienna",
    "Switzerland": "Bern", "Poland": "Warsaw", "Sweden": "Stockholm", "Norway": "Oslo",
    "Denmark": "Copenhagen", "Finland": "Helsinki", "Greece": "Athens", "Turkey": "Ankara",
    "Russia": "Moscow", "Ukraine": "Kyiv", "the Netherlands": "Amsterdam", "Belgium": "Brussels",
    "Hungary": "Budapest", "the Czech Republic": "Prague", "Japan": "Tokyo", "China": "Beijing",
    "India": "New Delhi", "Egypt": "Cairo", "Kenya": "Nairobi", "Canada": "Ottawa",
    "the United States": "Washington, D.C.", "the USA": "Washington, D.C.", "Mexico": "Mexico City",
    "Brazil": "Brasilia", "Argentina": "Buenos Aires", "Chile": "Santiago", "Peru": "Lima",
    "Australia": "Canberra", "Cuba": "Havana", "South Korea": "Seoul", "Iceland": "Reykjavik",
}  # fmt: skip
UNKNOWN_CAPITALS = (
    "Bhutan", "Chad", "Laos", "Mali", "Fiji", "Malta", "Nepal", "Togo", "Oman", "Qatar", "Gabon",
    "Bolivia", "Uruguay", "Mongolia", "Zambia", "Latvia", "Moldova", "Belize", "Rwanda", "Yemen",
    "Burundi", "Tonga", "Paraguay", "Angola", "Ghana", "Senegal", "Armenia", "Georgia", "Libya",
)  # fmt: skip

SOUNDS = {
    "cat": "meow", "dog": "woof", "cow": "moo", "sheep": "baa", "pig": "oink", "duck": "quack",
    "horse": "neigh", "rooster": "cock-a-doodle-doo", "owl": "hoot", "bee": "buzz", "frog": "ribbit",
    "lion": "roar", "mouse": "squeak", "snake": "hiss", "wolf": "howl", "crow": "caw",
    "hen": "cluck", "donkey": "hee-haw", "goat": "maa", "bird": "tweet", "bear": "growl",
}  # fmt: skip
LEGS = {
    "a dog": "four", "a cat": "four", "a horse": "four", "a spider": "eight", "a bird": "two",
    "a bee": "six", "an ant": "six", "a fish": "no", "a snake": "no", "a cow": "four",
    "a person": "two", "a human": "two", "a chicken": "two", "an octopus": "no", "a frog": "four",
}  # fmt: skip
OPPOSITES = (
    "hot:cold big:small tall:short fast:slow happy:sad day:night light:dark up:down left:right "
    "open:closed old:young good:bad hard:soft full:empty wet:dry rich:poor early:late loud:quiet "
    "long:short high:low near:far strong:weak clean:dirty black:white yes:no true:false "
    "in:out first:last love:hate win:lose easy:difficult heavy:light summer:winter north:south "
    "east:west thick:thin begin:end buy:sell inside:outside above:below before:after always:never"
).split()
COLOURS = {
    "the sky": "blue", "grass": "green", "snow": "white", "the sun": "yellow", "a banana": "yellow",
    "blood": "red", "coal": "black", "a lemon": "yellow", "a tomato": "red", "milk": "white",
    "a carrot": "orange", "an orange": "orange", "a leaf": "green", "chocolate": "brown",
    "the sea": "blue", "a strawberry": "red", "a crow": "black", "a frog": "green", "ice": "white",
    "a fire engine": "red", "a pumpkin": "orange", "the night sky": "black", "a pig": "pink",
}  # fmt: skip
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November December").split()
RHYMES = {
    "cat": "hat", "house": "mouse", "star": "far", "moon": "spoon", "tree": "bee", "day": "play",
    "night": "light", "rain": "train", "dog": "fog", "book": "cook", "sun": "fun", "cake": "lake",
    "bear": "chair", "king": "ring", "blue": "shoe", "red": "bed", "boat": "goat", "ball": "wall",
    "fish": "dish", "fox": "box", "snow": "slow", "sea": "key", "wind": "grinned", "stone": "bone",
}  # fmt: skip
BABIES = {
    "dog": "puppy", "cat": "kitten", "cow": "calf", "horse": "foal", "sheep": "lamb", "duck": "duckling",
    "hen": "chick", "pig": "piglet", "bear": "cub", "lion": "cub", "goat": "kid", "frog": "tadpole",
}  # fmt: skip

GENERAL: tuple[Topic, ...] = (
    Topic(
        (
            "[What are the days of the week|Name the days of the week|List the days of the week|Tell me the weekdays|Say the days of the week]",
        ),
        (f"The days of the week are {joined(DAYS)}.",),
    ),
    Topic(("[How many days are in a week|How many days does a week have]",), ("A week has seven days.",)),
    Topic(
        (
            "[What are the months of the year|Name the months|List the months|Name the twelve months|What are the months|Tell me the months of the year]",
        ),
        (f"The months are {joined(MONTHS)}.",),
    ),
    Topic(
        ("[How many months are in a year|How many months does a year have]",), ("A year has twelve months.",)
    ),
    Topic(
        ("[How many days are in a year|How many days does a year have]",),
        ("A year has 365 days, and a leap year has 366.",),
    ),
    Topic(("[How many hours are in a day|How many hours does a day have]",), ("A day has 24 hours.",)),
    Topic(
        ("[How many minutes are in an hour|How many minutes does an hour have]",),
        ("An hour has 60 minutes.",),
    ),
    Topic(
        ("[How many seconds are in a minute|How many seconds does a minute have]",),
        ("A minute has 60 seconds.",),
    ),
    Topic(
        ("[What are the seasons|Name the seasons|Name the four seasons|Which seasons are there]",),
        ("The four seasons are spring, summer, autumn and winter.",),
    ),
    Topic(
        (
            "[Say the alphabet|What is the alphabet|Recite the alphabet|Tell me the alphabet|Write the alphabet]",
        ),
        ("A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",),
    ),
    Topic(
        ("[How many letters are in the alphabet|How many letters does the alphabet have]",),
        ("The English alphabet has 26 letters.",),
    ),
    Topic(
        (
            "[Name three colours|Name some colours|Tell me some colors|Which colours are there|List three colors|List some colours]",
        ),
        ("Red, blue and green are colours.", "Some colours are red, yellow, green and blue."),
    ),
    Topic(
        (
            "[What are the colours of the rainbow|Name the colors of the rainbow|Which colours does a rainbow have]",
        ),
        ("The colours of the rainbow are red, orange, yellow, green, blue, indigo and violet.",),
    ),
    Topic(
        ("[Name three animals|Name some animals|Tell me some animals|List three animals|List some animals]",),
        ("A cat, a dog and a horse are animals.", "Some animals are the fox, the owl and the bear."),
    ),
    Topic(
        ("[Name three fruits|Name some fruits|List three fruits|Tell me a fruit|Name a fruit]",),
        ("Apples, pears and bananas are fruits.",),
    ),
    Topic(
        ("[What is the biggest animal|Which animal is the largest|What is the largest animal]",),
        ("The blue whale is the largest animal.",),
    ),
    Topic(
        ("[What is the fastest animal|Which animal is the fastest]",),
        ("The cheetah is the fastest animal on land.",),
    ),
    Topic(
        ("[What is the tallest animal|Which animal is the tallest]",), ("The giraffe is the tallest animal.",)
    ),
    Topic(("[What do bees make|Where does honey come from|Who makes honey]",), ("Bees make honey.",)),
    Topic(("[Where does milk come from|What do cows give us]",), ("Milk comes from cows.",)),
    Topic(("[What do cats eat|What do cats like to eat]",), ("Cats eat meat and fish.",)),
    Topic(
        ("[Why is the sky blue|Why does the sky look blue]",),
        ("The air scatters blue light more than red light, so the sky looks blue.",),
    ),
    Topic(
        ("[What is the sun|Is the sun a star]",), ("The sun is a star, and it gives us light and warmth.",)
    ),
    Topic(
        ("[What is the moon]",), ("The moon travels around the Earth and shines in the light of the sun.",)
    ),
    Topic(
        ("[What is water|What is rain]",),
        ("Water is a clear liquid. When it falls from the clouds, we call it rain.",),
    ),
    Topic(
        ("[On which planet do we live|What planet do we live on|What is our planet called]",),
        ("We live on the planet Earth.",),
    ),
    Topic(("[How many legs does a table have]",), ("Most tables have four legs.",)),
    Topic(("[Is the Earth round|Is the earth flat]",), ("The Earth is round, like a ball.",)),
    Topic(("[What comes after winter|Which season comes after winter]",), ("Spring comes after winter.",)),
    Topic(("[What comes after summer|Which season comes after summer]",), ("Autumn comes after summer.",)),
    Topic(
        (
            "[Is water wet|Is snow cold|Is fire hot|Is the sun bright|Is ice cold|Can birds fly|Can fish swim|Is a cat an animal|Is a dog an animal]",
        ),
        ("Yes.",),
    ),
    Topic(
        (
            "[Is fire cold|Is ice hot|Can pigs fly|Is a stone alive|Can a cat drive a car|Is snow black|Is the moon made of cheese|Can fish walk]",
        ),
        ("No.",),
    ),
)
