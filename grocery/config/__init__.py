"""Assembly: settings, addresses, workers. The only place that knows everybody."""
