// sigstore.cjs SAMPLE: npm's @sigstore/verify, which verifies npm's own provenance, reads our checkpoints and inclusion proofs.
const { createPublicKey } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
// Its exports name only whole bundles; the two parts that read a tlog are files of the package.
const inside = (file) => require(path.join(path.dirname(require.resolve("@sigstore/verify")), "tlog", file));
const { verifyCheckpoint } = inside("checkpoint.js");
const { verifyMerkleInclusion } = inside("merkle.js");

const sample = JSON.parse(fs.readFileSync(process.argv[2]));
const [, name, id, key] = sample.vkey.match(/^([^+]+)\+([0-9a-f]{8})\+(.*)$/);  // base64 may hold a +
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(key, "base64").subarray(1)]);
const log = { logID: Buffer.from(id, "hex"), baseURL: name, publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }) };
const notes = new Map(sample.notes.map((head) => [head.size, head.note]));

const entryOf = (proof) => ({
  canonicalizedBody: Buffer.from(sample.leaves[proof.index], "base64"),
  inclusionProof: {
    logIndex: String(proof.index),
    hashes: proof.path.map((node) => Buffer.from(node, "base64")),
    checkpoint: { envelope: notes.get(proof.size) },
  },
});
const verify = (entry) => verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]));
const refused = (entry) => {
  try {
    verify(entry);
  } catch {
    return true;
  }
  return false;
};

let wrong = 0;
for (const proof of sample.inclusions) {
  verify(entryOf(proof));
  const other = entryOf(proof);
  other.canonicalizedBody[40] ^= 1;
  const unsigned = entryOf(proof);
  unsigned.inclusionProof.checkpoint.envelope = notes.get(proof.size).replace(/\n\d+\n/, (size) => `\n${Number(size) + 1}\n`);
  if (!refused(other) || !refused(unsigned)) wrong++;
}
console.log(`${sample.inclusions.length} inclusion proofs under ${notes.size} checkpoints: @sigstore/verify agrees`);
if (wrong > 0) throw new Error(`${wrong} changed ones were not refused`);
