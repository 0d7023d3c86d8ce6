"""What there is to read and watch: creators, contents from before the window, and new ones."""

import random
from datetime import date

from ingestion.demo.world import AppWorld, Content, Creator, Person

TOPICS = ("穿搭", "美食", "旅行", "数码", "健身", "育儿", "理财", "宠物")
TYPES = ("article", "image", "short_video", "audio")
WORDS = ("一周", "新手", "必看", "清单", "测评", "攻略", "周末", "春日", "省钱", "实用")


class Editorial:
    """Publishes contents and picks one for a reader, newer ones more often."""

    def __init__(self, world: AppWorld, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self._user_creators: dict[int, Creator] = {}
        self.house = [
            self._creator(
                f"{world.app.app_id}_cr_{n:03d}", "PGC" if n <= 8 else "OGC", dice.randrange(200, 9000)
            )
            for n in range(1, 13)
        ]
        first = world.clock.moment(world.days[0], 0)
        for _ in range(60):
            self.publish(dice.choice(self.house), first - dice.randrange(1, 120 * 86_400_000))

    def _creator(self, creator_id: str, source_type: str, followers: int) -> Creator:
        tier = "gold" if followers > 5000 else "silver" if followers > 800 else "normal"
        creator = Creator(creator_id, source_type, tier, followers)
        self.world.creators.append(creator)
        return creator

    def publish(self, creator: Creator, moment: int) -> Content:
        dice = self.dice
        status = dice.choices(("published", "featured", "removed"), weights=(93, 5, 2))[0]
        content = Content(
            content_id=f"{self.world.app.app_id[0]}c{len(self.world.contents) + 1:06d}",
            creator=creator,
            title=f"{dice.choice(WORDS)}{dice.choice(TOPICS)}{dice.choice(WORDS)} #{len(self.world.contents) + 1}",
            content_type=dice.choice(TYPES),
            topic=dice.choice(TOPICS),
            published_ms=moment,
            status=status,
        )
        self.world.contents.append(content)
        return content

    def publish_by_house(self, day: date) -> None:
        """One or two house contents a day, published at night so that they are there in the morning."""
        for _ in range(self.dice.choice((1, 1, 2))):
            moment = self.world.clock.moment(day, self.dice.randrange(60, 3 * 3600))
            self.publish(self.dice.choice(self.house), moment)

    def publish_by(self, person: Person, moment: int) -> Content:
        creator = self._user_creators.get(person.number)
        if creator is None:
            creator = self._creator(f"{self.world.app.app_id}_u{person.number:06d}", "UGC", 0)
            self._user_creators[person.number] = creator
        return self.publish(creator, moment)

    def pick(self) -> Content:
        share = self.dice.random()
        contents = self.world.contents
        return contents[len(contents) - 1 - int(share * share * share * len(contents))]
