{{ ad_performance('ocean_engine', 'ad_performance', spend='cast(answers.cost as decimal(20, 6))', levels=ad_levels()) }}
