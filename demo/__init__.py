"""The demo show: phones, platforms and a script, all real, around a Daylight that does not know it is a demo.

In: a running desk's address. Out: two WebRTC cameras, four RTMP servers that receive, and people who press the buttons.
"""
