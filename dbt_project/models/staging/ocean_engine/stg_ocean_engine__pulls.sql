{{ api_pulls('ocean_engine') }}
