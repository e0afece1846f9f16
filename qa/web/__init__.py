"""The doors for programs and the accounts of the page.

- ``doors``: puts them together and serves them; ``guard``: what every request must pass
- ``completions``: OpenAI-compatible chat completions; ``mcp``: the Model Context Protocol; ``shapes``: what they return
- ``accounts``, ``shares``, ``login``, ``commands``: users, what each may see, logging in, and the command line for both
- ``seen``: the assistant as one asker may use it; ``limits``: how often
"""
