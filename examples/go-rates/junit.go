//go:build ignore

// Run the tests of this module, and write what `go test -json` says of them as JUnit XML.
//
//	go run junit.go JUNIT COVERAGE
//
// The cover profile goes to COVERAGE as Go writes it. The exit code is that of `go test`.
package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

type message struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    string   `xml:"time,attr"`
	Failure *message `xml:"failure"`
	Error   *message `xml:"error"`
	Skipped *message `xml:"skipped"`
}

type suite struct {
	XMLName xml.Name   `xml:"testsuite"`
	Cases   []testcase `xml:"testcase"`
}

func main() {
	code, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(code)
}

func run(junit, coverage string) (int, error) {
	tests := exec.Command("go", "test", "-json", "-coverpkg=./...", "-coverprofile="+coverage, "./...")
	tests.Stderr = os.Stderr
	output, err := tests.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := tests.Start(); err != nil {
		return 0, err
	}
	found := read(bufio.NewScanner(output))
	code := 0
	if err := tests.Wait(); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			return 0, err
		}
		code = ended.ExitCode()
	}
	written, err := xml.MarshalIndent(found, "", " ")
	if err != nil {
		return 0, err
	}
	return code, os.WriteFile(junit, written, 0o644)
}

// read turns events into cases, in the order in which the tests end.
func read(lines *bufio.Scanner) suite {
	lines.Buffer(nil, 1<<24)
	said, failed := map[string]string{}, map[string]bool{}
	var found suite
	for lines.Scan() {
		var told event
		if json.Unmarshal(lines.Bytes(), &told) != nil {
			fmt.Println(lines.Text()) // what does not build is told in plain text
			continue
		}
		fmt.Print(told.Output)
		key := told.Package + " " + told.Test
		said[key] += told.Output
		one := testcase{Class: told.Package, Name: told.Test, Time: strconv.FormatFloat(told.Elapsed, 'f', 3, 64)}
		switch {
		case told.Test == "" && told.Action == "fail" && !failed[told.Package]:
			one.Name, one.Error = "(package)", &message{"the package failed", said[key]}
		case told.Test == "":
			continue
		case told.Action == "fail":
			failed[told.Package] = true
			one.Failure = &message{"the test failed", said[key]}
		case told.Action == "skip":
			one.Skipped = &message{"skipped", said[key]}
		case told.Action != "pass":
			continue
		}
		found.Cases = append(found.Cases, one)
	}
	return found
}
