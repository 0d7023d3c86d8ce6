{{ api_pulls('douyin') }}
