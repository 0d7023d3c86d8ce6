{{ api_pulls('ga4') }}
