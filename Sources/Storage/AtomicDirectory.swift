import CPosix
public import Diagnostics
import Foundation

/// A directory that appears in one step: built aside under a hidden name, then put in place.
///
/// At any moment, also after a kill, the destination is the old tree or the new one, whole. What a killed run left behind is
/// removed by the next run with the same destination. When the value goes without ``publish()``, nothing of it remains.
public struct AtomicDirectory: ~Copyable {
    /// The file that marks a directory as written by Spikewright: a JSON object with the key `spikewright`.
    public static let manifestName = "manifest.json"

    /// Where the tree will be, with links resolved.
    public let destination: String

    /// Where the tree is built: an empty directory beside the destination.
    public let path: String

    /// Starts a tree that shall be at `destination`.
    ///
    /// Refuses at once, before any work is done, when something that Spikewright did not write is there. The directory above must exist.
    public init(at destination: String) throws(DiagnosticsError) {
        let resolved = Self.resolve(destination)
        try Self.checkReplaceable(resolved, named: destination)
        let place = SiblingName(of: resolved)
        place.removeAbandoned()
        var path = place.make()
        while mkdir(path, 0o777) != 0 {
            guard errno == EEXIST else { throw cannotWrite(destination, because: errorText()) }
            path = place.make()
        }
        self.destination = resolved
        self.path = path
    }

    deinit { Self.remove(path) }

    /// The path of a file to be written in the tree.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Puts the tree in place, in one step, instead of what was there.
    ///
    /// The tree must hold a manifest (``manifestName``): without it, the next run could not replace it.
    public consuming func publish() throws(DiagnosticsError) {
        precondition(Self.carriesManifest(path), "bug: a directory without \(Self.manifestName) is to be published")
        try Self.synchronizeTree(path)
        try Self.checkReplaceable(destination, named: destination)
        if rename(path, destination) == 0 { return try Self.synchronizeParent(of: destination) }
        guard errno == EEXIST || errno == ENOTEMPTY else { throw cannotWrite(destination, because: errorText()) }
        guard spk_exchange(path, destination) == 0 else {
            let reason = errorText()
            throw DiagnosticsError(
                Diagnostic(
                    "storage-cannot-exchange", "cannot replace '\(destination)' in one step: \(reason)",
                    help: "remove it first (rm -r '\(destination)'), or write to another file system"))
        }
        try Self.synchronizeParent(of: destination)
        // `path` is now the old tree; deinit removes it.
    }

    /// Whether Spikewright wrote the directory.
    public static func carriesManifest(_ directory: String) -> Bool {
        guard let bytes = try? ByteFile.readRaw("\(directory)/\(manifestName)", limit: 1 << 30),
            let manifest = try? JSONValue(parsing: bytes, named: manifestName)
        else { return false }
        return manifest["spikewright"] != nil
    }

    // MARK: Steps

    /// The place that a link points to, so that the tree and not the link is replaced.
    private static func resolve(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func checkReplaceable(_ path: String, named name: String) throws(DiagnosticsError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        let reason: String
        if status.st_mode & S_IFMT != S_IFDIR {
            reason = "it is not a directory"
        } else if let names = try? FileManager.default.contentsOfDirectory(atPath: path), names.isEmpty || carriesManifest(path) {
            return
        } else {
            reason = "it is a directory that Spikewright did not write (no \(manifestName) of ours in it)"
        }
        throw DiagnosticsError(
            Diagnostic(
                "storage-not-ours", "'\(name)' is not replaced: \(reason)",
                help: "choose another output path, or move it away: mv '\(name)' '\(name).old'"))
    }

    private static func synchronizeTree(_ path: String) throws(DiagnosticsError) {
        guard let names = FileManager.default.enumerator(atPath: path) else { return }
        for case let name as String in names { try ByteFile.synchronize("\(path)/\(name)") }
        try ByteFile.synchronize(path)
    }

    private static func synchronizeParent(of path: String) throws(DiagnosticsError) { try ByteFile.synchronize(splitPath(path).directory) }

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0 { try? FileManager.default.removeItem(atPath: path) }
    }
}
