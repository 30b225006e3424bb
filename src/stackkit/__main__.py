"""`python -m stackkit`: the command line."""

from stackkit.cli.main import main

if __name__ == "__main__":
    main()
