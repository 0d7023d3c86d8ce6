{{ api_pulls('app_store') }}
