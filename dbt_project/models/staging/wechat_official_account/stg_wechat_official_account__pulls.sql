{{ api_pulls('wechat_official_account') }}
