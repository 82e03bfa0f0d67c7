// sumdb SAMPLE EXPORT: Go's own transparency log code (golang.org/x/mod/sumdb, which verifies the Go
// checksum database) reads our heads, proofs and exported tiles.
//
// SAMPLE is what ledger-sample prints; EXPORT is a ledger export in its directory form.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type sample struct {
	Vkey   string
	Leaves [][]byte
	Notes  []struct {
		Size int64
		Note string
	}
	Inclusions []struct {
		Size, Index int64
		Path        [][]byte
	}
	Consistencies []struct {
		Old, New int64
		Path     [][]byte
	}
}

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func demand(held bool, what string) {
	if !held {
		must(fmt.Errorf("does not hold"), what)
	}
}

func hashes(path [][]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(path))
	for i, node := range path {
		demand(len(node) == tlog.HashSize, "length of a node")
		copy(out[i][:], node)
	}
	return out
}

// headOf opens a note and reads origin, size and root. (tlog.ParseTree knows one origin only, Go's.)
func headOf(text, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err, "vkey")
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err, "note")
	lines := strings.Split(opened.Text, "\n")
	demand(len(lines) == 4 && lines[3] == "" && lines[0] == verifier.Name(), "lines of the checkpoint")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// treeOf grows Go's own tree over our leaves.
func treeOf(leaves [][]byte) tlog.HashReaderFunc {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = stored[index]
		}
		return out, nil
	})
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, reader)
		must(err, "tree")
		stored = append(stored, more...)
	}
	return reader
}

func equal(a []tlog.Hash, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i][:], b[i]) {
			return false
		}
	}
	return true
}

func checkSample(name string) {
	text, err := os.ReadFile(name)
	must(err, name)
	var s sample
	must(json.Unmarshal(text, &s), name)
	tree := treeOf(s.Leaves)
	heads := map[int64]tlog.Hash{}
	for _, n := range s.Notes {
		head := headOf(n.Note, s.Vkey)
		root, err := tlog.TreeHash(n.Size, tree)
		must(err, "root")
		demand(head.N == n.Size && head.Hash == root, "root of a signed head")
		heads[n.Size] = root
	}
	for _, p := range s.Inclusions {
		path := hashes(p.Path)
		leaf := tlog.RecordHash(s.Leaves[p.Index])
		must(tlog.CheckRecord(path, p.Size, heads[p.Size], p.Index, leaf), "inclusion")
		own, err := tlog.ProveRecord(p.Size, p.Index, tree)
		must(err, "own inclusion")
		demand(equal(own, p.Path), "Go's own inclusion proof is ours")
		leaf[0] ^= 1
		demand(tlog.CheckRecord(path, p.Size, heads[p.Size], p.Index, leaf) != nil, "another leaf refused")
	}
	for _, p := range s.Consistencies {
		path := hashes(p.Path)
		must(tlog.CheckTree(path, p.New, heads[p.New], p.Old, heads[p.Old]), "consistency")
		own, err := tlog.ProveTree(p.New, p.Old, tree)
		must(err, "own consistency")
		demand(equal(own, p.Path), "Go's own consistency proof is ours")
		other := heads[p.Old]
		other[31] ^= 1
		demand(tlog.CheckTree(path, p.New, heads[p.New], p.Old, other) != nil, "another root refused")
	}
	fmt.Printf("%d heads, %d inclusion and %d consistency proofs over %d entries: Go's sumdb agrees\n",
		len(s.Notes), len(s.Inclusions), len(s.Consistencies), len(s.Leaves))
}

// pathOf is the member's name of a tile: c2sp.org/tlog-tiles has no height in it, Go has.
func pathOf(t tlog.Tile) string {
	level := strconv.Itoa(t.L)
	if t.L < 0 {
		level = "entries"
	}
	return strings.Replace(t.Path(), "tile/8/"+strings.Split(t.Path(), "/")[2], "tile/"+level, 1)
}

type exported string

func (e exported) Height() int { return 8 }
func (e exported) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(e), pathOf(t)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}
func (e exported) SaveTiles([]tlog.Tile, [][]byte) {}

func checkExport(directory string) {
	vkey, err := os.ReadFile(filepath.Join(directory, "vkey"))
	must(err, "vkey")
	text, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	must(err, "checkpoint")
	head := headOf(string(text), strings.TrimSpace(string(vkey)))
	reader := tlog.TileHashReader(head, exported(directory))
	root, err := tlog.TreeHash(head.N, reader)
	must(err, "tiles")
	demand(root == head.Hash, "root of the exported tiles")
	for n := int64(0); n*256 < head.N; n++ {
		width := head.N - n*256
		if width > 256 {
			width = 256
		}
		data, err := os.ReadFile(filepath.Join(directory, pathOf(tlog.Tile{H: 8, L: -1, N: n, W: int(width)})))
		must(err, "entries")
		for i := int64(0); i < width; i++ {
			demand(len(data) >= 2, "length of an entry")
			size := int(binary.BigEndian.Uint16(data))
			demand(len(data) >= 2+size, "an entry")
			index := n*256 + i
			proof, err := tlog.ProveRecord(head.N, index, reader)
			must(err, "proof from the tiles")
			leaf := tlog.RecordHash(data[2 : 2+size])
			must(tlog.CheckRecord(proof, head.N, head.Hash, index, leaf), "entry "+strconv.FormatInt(index, 10))
			data = data[2+size:]
		}
		demand(len(data) == 0, "end of a bundle")
	}
	fmt.Printf("%d exported entries under %s: Go's sumdb agrees\n", head.N, base64.StdEncoding.EncodeToString(head.Hash[:]))
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sumdb SAMPLE EXPORT")
		os.Exit(2)
	}
	checkSample(os.Args[1])
	checkExport(os.Args[2])
}
