"""Channels (渠道): platform APIs and downloads of their web pages → raw/<channel>/*."""
