// Reads a served log with the tools of Go's checksum database, and nothing of this project.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run readlog.go [-proofs] <address> <vkey> <older size>...
//
// It opens the checkpoint note with the log's key, authenticates every tile that it reads against the checkpoint's root,
// proves the inclusion of every entry, and proves each older size consistent with the newest. With -proofs it also checks
// the proofs that the server itself gives: a consistency proof for each older size, and the inclusion proof of each
// receipt's lines. It prints one JSON object.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The tiles' height is fixed by C2SP tlog-tiles, and so it does not stand in their paths.
const height = 8

var errNotFound = errors.New("not found")

type result struct {
	Origin    string            `json:"origin"`
	Size      int64             `json:"size"`
	Root      string            `json:"root"`
	Included  int64             `json:"included"`
	Roots     map[string]string `json:"roots"`
	Served    int               `json:"served_proofs"`
	Fetched   int               `json:"fetched"`
	Fallbacks int               `json:"fallbacks"`
}

// server fetches the log's files.
type server struct {
	address   string
	fetched   int
	fallbacks int
	kept      map[tlog.Tile][]byte
}

func (s *server) get(path string) ([]byte, error) {
	answer, err := http.Get(s.address + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	s.fetched++
	if answer.StatusCode == http.StatusNotFound {
		return nil, errNotFound
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// mapped gives a tile's path without its height; data tiles are entry bundles here.
func mapped(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// tile fetches a tile, or the full one where the partial one is gone.
func (s *server) tile(tile tlog.Tile) ([]byte, error) {
	data, err := s.get(mapped(tile))
	if err == nil || tile.W == 1<<height || !errors.Is(err, errNotFound) {
		return data, err
	}
	full := tile
	full.W = 1 << height
	s.fallbacks++
	return s.get(mapped(full))
}

func (s *server) Height() int { return height }

func (s *server) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		if kept, ok := s.kept[tile]; ok {
			read[i] = kept
			continue
		}
		data, err := s.tile(tile)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", mapped(tile), err)
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", mapped(tile), len(data))
		}
		read[i] = data[:tile.W*tlog.HashSize]
	}
	return read, nil
}

// SaveTiles keeps the tiles that have been authenticated.
func (s *server) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		s.kept[tile] = data[i]
	}
}

// entries gives the entries of a bundle.
func (s *server) entries(number int64, width int) ([][]byte, error) {
	data, err := s.tile(tlog.Tile{H: height, L: -1, N: number, W: width})
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(found) < width {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("bundle %d ends within an entry", number)
		}
		stop := 2 + int(binary.BigEndian.Uint16(data))
		found = append(found, data[2:stop])
		data = data[stop:]
	}
	return found, nil
}

// checkpoint opens the signed note; its text is origin, size, root.
func (s *server) checkpoint(vkey string) (string, tlog.Tree, error) {
	var tree tlog.Tree
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", tree, err
	}
	raw, err := s.get("checkpoint")
	if err != nil {
		return "", tree, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return "", tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return "", tree, fmt.Errorf("checkpoint of another form: %q", opened.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return "", tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return "", tree, fmt.Errorf("root of another form: %q", lines[2])
	}
	copy(tree.Hash[:], root)
	return lines[0], tree, nil
}

func (s *server) checkEntries(tree tlog.Tree, hashes tlog.HashReader) (int64, error) {
	var included int64
	for first := int64(0); first < tree.N; first += 1 << height {
		width := int64(1 << height)
		if tree.N-first < width {
			width = tree.N - first
		}
		entries, err := s.entries(first>>height, int(width))
		if err != nil {
			return included, err
		}
		for i, entry := range entries {
			index := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return included, err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return included, fmt.Errorf("entry %d: %w", index, err)
			}
			included++
		}
	}
	return included, nil
}

// parseHashes reads hashes in base64.
func parseHashes(lines []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found[i] = hash
	}
	return found, nil
}

// checkServedConsistency checks the server's own proof that an older tree is a prefix of the newest.
func (s *server) checkServedConsistency(tree tlog.Tree, older int64, olderRoot tlog.Hash) error {
	raw, err := s.get(fmt.Sprintf("api/v1/proofs/consistency?old=%d&new=%d", older, tree.N))
	if err != nil {
		return err
	}
	var answer struct {
		Proof []string `json:"proof"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return err
	}
	proof, err := parseHashes(answer.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, older, olderRoot)
}

// checkReceipt checks a receipt's entry, index and hashes against the tree (C2SP tlog-proof).
func (s *server) checkReceipt(tree tlog.Tree, index int64) error {
	raw, err := s.get(fmt.Sprintf("api/v1/receipts/%d?size=%d", index, tree.N))
	if err != nil {
		return err
	}
	head, _, _ := strings.Cut(string(raw), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[2] != fmt.Sprintf("index %d", index) {
		return fmt.Errorf("receipt %d has another form", index)
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	proof, err := parseHashes(lines[3:])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func (s *server) checkReceipts(tree tlog.Tree) (int, error) {
	checked := 0
	for index := int64(0); index < tree.N; index += 17 {
		if err := s.checkReceipt(tree, index); err != nil {
			return checked, fmt.Errorf("receipt %d: %w", index, err)
		}
		checked++
	}
	return checked, nil
}

func run(address, vkey string, olderSizes []string, proofs bool) (*result, error) {
	s := &server{address: strings.TrimRight(address, "/"), kept: map[tlog.Tile][]byte{}}
	origin, tree, err := s.checkpoint(vkey)
	if err != nil {
		return nil, err
	}
	hashes := tlog.TileHashReader(tree, s)
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(root[:], tree.Hash[:]) {
		return nil, errors.New("the tiles have another root than the checkpoint")
	}
	found := &result{Origin: origin, Size: tree.N, Root: fmt.Sprintf("%x", tree.Hash[:]), Roots: map[string]string{}}
	if found.Included, err = s.checkEntries(tree, hashes); err != nil {
		return nil, err
	}
	for _, text := range olderSizes {
		older, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		olderRoot, err := tlog.TreeHash(older, hashes)
		if err != nil {
			return nil, err
		}
		proof, err := tlog.ProveTree(tree.N, older, hashes)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, older, olderRoot); err != nil {
			return nil, fmt.Errorf("size %d: %w", older, err)
		}
		if proofs {
			if err := s.checkServedConsistency(tree, older, olderRoot); err != nil {
				return nil, fmt.Errorf("served proof from %d: %w", older, err)
			}
			found.Served++
		}
		found.Roots[text] = fmt.Sprintf("%x", olderRoot[:])
	}
	if proofs {
		checked, err := s.checkReceipts(tree)
		if err != nil {
			return nil, err
		}
		found.Served += checked
	}
	found.Fetched, found.Fallbacks = s.fetched, s.fallbacks
	return found, nil
}

func main() {
	proofs := flag.Bool("proofs", false, "check the proofs that the server itself gives")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: readlog [-proofs] <address> <vkey> <older size>...")
		os.Exit(2)
	}
	found, err := run(flag.Arg(0), flag.Arg(1), flag.Args()[2:], *proofs)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		os.Exit(1)
	}
}
