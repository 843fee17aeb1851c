"""Talks to the stories' Telegram server as an unrelated client does, with camelCase names and forms."""

import asyncio
import sys

from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, RetryAfter


async def main(address: str) -> None:
    async with Bot("1:tok", base_url=f"{address}/bot") as bot:
        assert (await bot.get_me()).username == "notice_bot"
        await bot.set_my_commands([BotCommand("help", "which commands there are")])
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("yes", callback_data="y")]])
        sent = await bot.send_message(7, "<b>一</b> & 二".replace("&", "&amp;"), parse_mode="HTML", reply_markup=keyboard)
        assert sent.text == "一 & 二", sent.text
        await asyncio.sleep(1)
        await bot.edit_message_text("<i>三</i>", chat_id=7, message_id=sent.message_id, parse_mode="HTML")
        assert await bot.delete_message(7, sent.message_id)
        assert (await bot.get_chat_member(-5, 3)).status == "member"
        for wrong, why in [("<b>", "can't parse entities"), ("x" * 4097, "too long")]:
            try:
                await bot.send_message(8, wrong, parse_mode="HTML")
            except BadRequest as error:
                assert why in str(error).lower(), error
            else:
                raise AssertionError(why)
        await bot.send_message(8, "one")
        try:
            await bot.send_message(8, "two")
        except RetryAfter as error:
            assert int(error._retry_after.total_seconds() if hasattr(error._retry_after, "total_seconds") else error._retry_after) == 1
        else:
            raise AssertionError("it takes two messages at once")
        updates = await bot.get_updates(timeout=0)
        assert [update.message.text for update in updates] == ["/help"], updates


asyncio.run(main(sys.argv[1]))
