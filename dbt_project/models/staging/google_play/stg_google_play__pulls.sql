{{ api_pulls('google_play') }}
