"""What benchmarks share: timing by turns, memory, tables, goals, and the sections of RESULTS.md.

A benchmark is a script in the folder above. `make bench` runs each of them, as `python benchmarks/NAME.py --write`, and each
writes the section of RESULTS.md that has its name, whenever it likes: the other sections stay as they are.

    from harness.report import Report
    from harness.script import Options, run
    from harness.timing import take_turns

    def measure(report: Report, options: Options) -> None:
        timings = take_turns({"shutil": copy_plainly, "stackkit": copy_by_store}, rounds=options.rounds or 15)
        report.text("64 MiB, on the disk of the temporary folder.")
        report.table("Copying a file", *timings.table("shutil"))
        report.goal("copying, beside shutil", at_most=1.2, found=timings.ratio("stackkit", "shutil"))

    if __name__ == "__main__":
        run("Artifact store", __file__, measure, packages=("fsspec",))
"""
