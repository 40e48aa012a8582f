"""The façade: WeChat Pay's third interface, for merchants who have a library for it already.

A second front door to the same orders: signatures and envelopes are its own, rules and money are
those of ``host.payments.service``.  docs/wechat-pay.md says what is like the original and what is
not.
"""
