"""Write, audit, publish: public tables leave the private warehouse as one version, or not at all."""
