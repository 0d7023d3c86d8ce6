{{ api_pulls('google_ads') }}
