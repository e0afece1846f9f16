"""Every word of the page's own, in English and Chinese. Words of documents and of errors are never translated.

An entry is (English, Chinese); an English entry for a number may hold two forms, ``one|many``.
"""

from qa.texts import Language

NAMES: dict[str, Language] = {"English": "en", "中文": "zh"}  # a language in its own words, for the choice of it

Phrase = tuple[str, dict[str, object]]  # one of the texts, by its name, and what fills its places

TEXTS: dict[str, tuple[str, str]] = {
    # the frame
    "chat": ("Chat", "对话"),
    "documents": ("Documents", "文件"),
    "settings": ("Settings", "设置"),
    "menu": ("Menu", "菜单"),
    "views": ("Views", "视图"),
    "new chat": ("New chat", "新对话"),
    "have": ("{n} document|{n} documents", "{n} 份文件"),
    "private": ("Everything stays on this machine.", "一切都留在这台机器上。"),
    "sent": (
        "Each question, with the passages found for it, is sent to {machine}.",
        "每个问题及为其找到的段落都会发送到 {machine}。",
    ),
    "sent if chosen": (
        "Where a model on {machine} is chosen to answer, the question and the passages found for it are sent there.",
        "如果选择 {machine} 上的模型回答，问题及为其找到的段落会发送到那里。",
    ),
    "open": (
        "This page is open to the network without a password: whoever reaches it can ask, read and add documents.",
        "此页面无需密码即可从网络访问：任何能打开它的人都可以提问、阅读和添加文件。",
    ),
    "accounts only": ("Only those with an account can ask here.", "只有拥有账户的人才能在此提问。"),
    "ask have": ("Ask {n} document.|Ask {n} documents.", "向 {n} 份文件提问。"),
    # the box
    "question": ("Your question", "你的问题"),
    "placeholder": ("Ask your documents…", "向你的文件提问……"),
    "ask": ("Ask", "提问"),
    "stop": ("Stop", "停止"),
    "empty": ("Type a question first.", "请先输入问题。"),
    "wait": ("Wait for the answer or stop it, then ask again.", "请等回答结束或先停止，再提问。"),
    "replaces": (
        "Asking replaces this question and its answer.|Asking replaces this question and all after it, {n} in total.",
        "提问后将替换这个问题及其后共 {n} 个问题。",
    ),
    "keep": ("Keep them", "保留原样"),
    "login": (
        "After {n} wrong passwords wait a minute. Whoever keeps this page adds users: qa user add NAME.",
        "密码错误 {n} 次后请等一分钟。新用户由此页面的管理者添加：qa user add NAME。",
    ),
    # a first visit
    "welcome": ("What would you like to know?", "你想了解什么？"),
    "promise": (
        "Every sentence of an answer is cited to the exact words of your documents, and checked before it is shown. "
        "What they do not say is not answered.",
        "回答的每句话都注明你的文件中的原文出处，并在显示前经过核对。文件里没有的内容不会回答。",
    ),
    "kinds": ("You are asking {what} ({kinds}).", "正在提问：{what}（{kinds}）。"),
    "among": ("Among them:", "其中有："),
    "examples": ("Questions to begin with", "可以先问"),
    "how": ("How to ask", "怎样提问"),
    "how whole": ("In a whole sentence, with the names your documents use.", "用完整的句子，并使用文件里的名称。"),
    "how list": ("“Which documents do you have?” lists them all.", "“你有哪些文件？”会列出全部文件。"),
    "how more": (
        "“Where does it say that?” after an answer tells the source.",
        "在回答后问“出处在哪里？”会告诉你来源。",
    ),
    "nothing": ("There are no documents to ask yet.", "还没有可以提问的文件。"),
    "add first": ("Add documents", "添加文件"),
    # an answer
    "conversation": ("Conversation", "对话内容"),
    "turn": ("Question {n}", "问题 {n}"),
    "answer": ("Answer", "回答"),
    "searching": ("Searching the documents…", "正在检索文件……"),
    "checking": ("Checking the next sentence…", "正在核对下一句……"),
    "stopped": ("Stopped here.", "已在此停止。"),
    "waiting": ("Other questions come first…", "前面还有其他问题……"),
    "failed": ("This could not be answered. Ask again.", "未能回答，请重新提问。"),
    "source": ("Source {n}: {title}", "来源 {n}：{title}"),
    "page": ("p. {n}", "第 {n} 页"),
    "sources": ("Sources", "来源"),
    "nearest": ("Nearest passages", "最接近的段落"),
    "weak": ("weak support", "依据较弱"),
    "weak why": (
        "The source carries this sentence only in part. Read it before you rely on it.",
        "来源只部分支持这句话，采用前请先阅读原文。",
    ),
    "all supported": (
        "Checked: the sentence is supported by its source.|Checked: all {n} sentences are supported by their sources.",
        "已核对：{n} 句话均有来源支持。",
    ),
    "some weak": (
        "Checked: the source supports the sentence only weakly.|Checked: weak support for {weak} of {n} sentences.",
        "已核对：{n} 句话中有 {weak} 句依据较弱。",
    ),
    "disagree": ("The sources disagree", "来源说法不一"),
    "as of": ("As of {date}, and earlier", "截至{date}，及此前"),
    "removed": ("{n} sentence removed: not supported|{n} sentences removed: not supported", "已删去 {n} 句：没有依据"),
    "next": ("You could ask next", "接下来可以问"),
    # what can be done with an answer
    "copy": ("Copy", "复制"),
    "copy all": ("Copy answer with sources", "复制回答和来源"),
    "copied": ("Copied", "已复制"),
    "again": ("Ask again", "重新回答"),
    "edit": ("Edit", "编辑"),
    "edit question": ("Edit question {n}", "编辑问题 {n}"),
    "feedback": ("Feedback", "反馈"),
    "verdict": ("How is this answer?", "这个回答怎么样？"),
    "good": ("Good", "好"),
    "bad": ("Bad", "不好"),
    "wrong citation": ("Wrong citation", "引用有误"),
    "should have refused": ("Should have refused", "本该拒答"),
    "note": ("Note (optional)", "备注（可不填）"),
    "send": ("Send", "提交"),
    "take back": ("Take back", "撤回"),
    "thanks": ("Thank you: kept with this answer.", "谢谢，已随这个回答保存。"),
    # the source panel
    "panel": ("Source", "来源原文"),
    "of": ("{n} of {all}", "{n} / {all}"),
    "previous": ("Previous", "上一个"),
    "following": ("Next", "下一个"),
    "close": ("Close", "关闭"),
    "keys": (
        "Keys: n or → next, p or ← previous, Esc closes and goes back to the answer.",
        "按键：n 或 → 下一个，p 或 ← 上一个，Esc 关闭并回到回答。",
    ),
    "forgotten": (
        "A document that this answer quoted was removed or changed since. Ask again for what holds now.",
        "这个回答引用的文件后来被删除或更改。请重新提问。",
    ),
    "gone": (
        "This source was removed or changed since it was quoted. Ask again for what holds now.",
        "这个来源在引用之后已被删除或更改。请重新提问。",
    ),
    # conversations
    "past": ("Conversations", "历史对话"),
    "find past": ("Search conversations", "搜索对话"),
    "none past": ("No conversation holds these words.", "没有包含这些词的对话。"),
    "first past": ("What you ask is kept here, on this machine.", "你的提问会保存在这台机器上，列在这里。"),
    "more past": ("{n} older: search for them.", "还有 {n} 个更早的对话，可以搜索。"),
    "untitled": ("Empty conversation", "空对话"),
    "more": ("More about “{title}”", "“{title}”的更多操作"),
    "name": ("Name", "名称"),
    "rename": ("Rename", "重命名"),
    "save as": ("Save as", "保存为"),
    "delete": ("Delete", "删除"),
    "delete sure": (
        "Delete “{title}” with all its questions and answers? This cannot be undone.",
        "确定删除“{title}”及其全部问答吗？此操作不能撤销。",
    ),
    # a conversation as a file
    "asked at": ("Asked {when}.", "提问时间：{when}。"),
    "span": ("Begun {first}, last used {last}.", "开始于 {first}，最后使用于 {last}。"),
    "being answered": ("Being answered.", "正在回答。"),
    # documents
    "add": ("Add documents", "添加文件"),
    "find document": ("Search documents", "搜索文件"),
    "pages": ("{n} page|{n} pages", "{n} 页"),
    "passages": ("{n} passage|{n} passages", "{n} 个段落"),
    "none found": ("No document matches.", "没有匹配的文件。"),
    "problems": ("{n} file could not be read|{n} files could not be read", "{n} 个文件无法读取"),
    "partly": ("{n} note on what could not be read|{n} notes on what could not be read", "{n} 条未能读取的说明"),
    "added": ("Added {names}. You can ask about it now.", "已添加 {names}，现在可以提问了。"),
    "same": ("{names}: already here, nothing changed.", "{names}：已有，没有变化。"),
    "not added": ("{name} was not added: {reason}", "{name} 没有添加：{reason}"),
    "unreadable": ("files of this kind cannot be read", "无法读取这种文件"),
    "drop": ("Drop files, folders or ZIP archives here.", "把文件、文件夹或 ZIP 压缩包拖到这里。"),
    "choose files": ("Choose files", "选择文件"),
    "choose folder": ("Choose a folder", "选择文件夹"),
    "sending": ("Sending {n} of {all}: {name}", "正在发送第 {n} / {all} 个：{name}"),
    "not sent": ("{name} was not sent: {reason}", "{name} 没有发送：{reason}"),
    "left unsent": ("Not sent, because you stopped: {names}.", "因为你已停止，没有发送：{names}。"),
    "too large": ("files of at most 100 MB are taken", "文件最大 100 MB"),
    "cancel": ("Cancel", "取消"),
    "stopping": ("Stopping…", "正在停止……"),
    "progress": ("Reading documents", "正在读取文件"),
    "looking": ("Looking at the files…", "正在查看文件……"),
    "reading": (
        "Reading {name}: file {n} of {all}, {done} of {of} done.",
        "正在读取 {name}：第 {n} / {all} 个，已完成 {done} / {of}。",
    ),
    "finishing": ("Writing what was read…", "正在写入已读内容……"),
    "left": ("About {n} second left.|About {n} seconds left.", "大约还需 {n} 秒。"),
    "one at a time": (
        "Documents are being read already. Wait until that is done, or cancel it.",
        "正在读取文件，请等它完成或取消。",
    ),
    "broken off": ("Reading broke off; the terminal says why.", "读取中断，终端里有说明。"),
    "not read": ("{name} was not read: you stopped before it.", "{name} 没有读取：你在此之前停止了。"),
    "n added": ("{n} added", "新增 {n}"),
    "n changed": ("{n} changed", "更新 {n}"),
    "n moved": ("{n} moved", "移动 {n}"),
    "n removed": ("{n} removed", "删除 {n}"),
    "n unread": ("{n} not read before the stop", "停止前未读 {n}"),
    "n failed": ("{n} could not be read", "无法读取 {n}"),
    "no change": ("Everything is up to date.", "没有变化，都是最新的。"),
    "read on": ("read", "读取于"),
    "take out": ("Remove", "移除"),
    "take out of": ("Remove {title}", "移除 {title}"),
    "taken out": (
        "Removed: no answer uses these any more. They are deleted from the index for good when you say so.",
        "已移除：回答不再使用这些文件。你确认后才会从索引中彻底删除。",
    ),
    "undo": ("Undo", "撤销"),
    "for good": ("Delete for good", "彻底删除"),
    "folders": ("Folders on this server: {n} followed", "服务器文件夹：正在跟踪 {n} 个"),
    "folders how": (
        "A followed folder is kept in sync: what is added, changed or deleted there is noticed within a minute while "
        "this page is open. Its files are never changed.",
        "跟踪的文件夹会保持同步：只要此页面打开，其中的新增、修改和删除会在一分钟内反映出来。文件本身不会被改动。",
    ),
    "folder": ("Folder to follow", "要跟踪的文件夹"),
    "name folder": ("Type the folder's path first.", "请先输入文件夹路径。"),
    "follow": ("Follow", "跟踪"),
    "unfollow": ("Stop following", "停止跟踪"),
    "sync": ("Sync now", "立即同步"),
    "ships": ("The library that ships", "自带的资料库"),
    "not there": ("cannot be reached now; its documents stay", "现在无法访问，其中的文件保留"),
    "tick": ("Choose {title}", "选择 {title}"),
    "asks all": ("This conversation asks all documents.", "此对话向全部文件提问。"),
    "asks some": ("This conversation asks {n} of {all} documents.", "此对话只向 {all} 份文件中的 {n} 份提问。"),
    "ask ticked": ("Ask only the ticked ones", "只问勾选的"),
    "ask every": ("Ask all", "向全部提问"),
    "only": ("Asking only: {names}", "只问：{names}"),
    "none left": (
        "None of the documents that this conversation asks is here any more. Choose others in Documents.",
        "此对话所选的文件都已不在，请在“文件”里另选。",
    ),
    "tick first": ("Tick the documents to ask first.", "请先勾选要提问的文件。"),
    "folio": ("Page {n}", "第 {n} 页"),
    "part": ("Part {n} of {all}", "第 {n} 部分，共 {all} 部分"),
    "previous part": ("Previous part", "上一部分"),
    "next part": ("Next part", "下一部分"),
    "sheet": ("The quote on page {n} of the file", "引文在文件第 {n} 页的位置"),
    "no sheet": ("The page cannot be shown: {reason}", "无法显示该页：{reason}"),
    # settings
    "language": ("Language of this page", "页面语言"),
    "language how": (
        "Labels and buttons only. Answers keep the words of your documents, in the language you ask in.",
        "只改变标签和按钮。回答保留文件的原文，并随你提问的语言。",
    ),
    "reader": ("Who writes the answers", "由谁回答"),
    "reader how": (
        "Quotes are the documents' own sentences: nothing is worded anew, and they are there at once. A model words "
        "an answer of its own; each sentence is checked against the sources, and what they do not carry is left out. "
        "Which models there are, is set when the server starts (--reader). Holds from the next question on, and is "
        "kept in this browser.",
        "“原文”直接引用文件中的句子，不改写，也最快。模型会用自己的话回答，每句都与来源核对，没有依据的会删去。"
        "可用的模型在服务器启动时设定（--reader）。从下一个问题起生效，并保存在此浏览器中。",
    ),
    "quotes": ("Quotes", "原文"),
    "model": ("The model {name}", "模型 {name}"),
    "depth": ("How many passages are read for an answer", "回答时阅读多少个段落"),
    "depth how": (
        "Fewer are quicker and keep to what comes nearest to your question. More find what is said in other words, and "
        "disagreements between sources. Holds from the next question on, and is kept in this browser.",
        "段落少，较快，只看与问题最接近的内容；段落多，能找到换了说法的内容和来源之间的分歧。从下一个问题起生效，并保存在此浏览器中。",
    ),
    "depth usual": ("{n} (usual)", "{n}（通常）"),
    "strictness": ("When the evidence is thin", "依据不足时"),
    "strictness how": (
        "Strict refuses more: fewer wrong answers, and more questions left unanswered that could have been answered. "
        "Lenient answers more, also where the documents only come near. Holds from the next question on, and is kept "
        "in this browser.",
        "“严格”更常拒答：错误回答更少，但一些本可回答的问题也会被拒。“宽松”回答得更多，有时文件内容只是相近。"
        "从下一个问题起生效，并保存在此浏览器中。",
    ),
    "lenient": ("Lenient", "宽松"),
    "usual": ("Usual", "通常"),
    "strict": ("Strict", "严格"),
    "as browser": ("As the browser", "跟随浏览器"),
}

KINDS_ZH = {  # what ``corpus.load.sniff.kind`` calls a file, in Chinese
    "Document": "文档", "Slides": "幻灯片", "Spreadsheet": "电子表格", "E-book": "电子书", "E-mail": "邮件",
    "Notebook": "笔记本", "Text": "文本", "Table": "表格", "Records": "记录", "Source code": "源代码",
}  # fmt: skip


def spoken(tags: str) -> Language:
    """Return the page's language for a browser's ``Accept-Language``: the first tag that is English or Chinese.

    >>> spoken("zh-CN,zh;q=0.9,en;q=0.8"), spoken("fr-FR,en;q=0.7"), spoken("")
    ('zh', 'en', 'en')
    """
    for tag in tags.lower().split(","):
        if tag.strip().startswith("zh"):
            return "zh"
        if tag.strip().startswith("en"):
            return "en"
    return "en"


def say(language: Language, text: str, **values: object) -> str:
    """Return one of the page's texts, its places filled; of ``one|many`` the form that ``n`` asks for.

    >>> say("en", "have", n=1), say("en", "have", n=2), say("zh", "have", n=2)
    ('1 document', '2 documents', '2 份文件')
    """
    one, _, many = TEXTS[text][language == "zh"].partition("|")
    return (many if many and values.get("n") != 1 else one).format(**values)


def named(language: Language, kind: str) -> str:
    """Return what a kind of file is called."""
    return KINDS_ZH.get(kind, kind) if language == "zh" else kind
