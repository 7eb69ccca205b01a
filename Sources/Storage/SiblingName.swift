import Foundation

/// Hidden names beside a path for what is not finished yet: `.<name>.spikewright-<process>-<start>-<number>`.
///
/// The process's number and the moment of its start tell whether the owner still runs, so that what a killed run left behind is
/// removed by the next one, and what a living one is building is left alone.
struct SiblingName {
    let directory: String
    private let prefix: String

    init(of path: String) {
        let parts = splitPath(path)
        directory = parts.directory
        prefix = ".\(parts.name).spikewright-"
    }

    /// A path that nothing uses.
    func make() -> String {
        let process = getpid()
        let start = Self.startTime(of: process) ?? "0"
        var number = 0
        while true {
            let path = "\(directory)/\(prefix)\(process)-\(start)-\(number)"
            var status = stat()
            if lstat(path, &status) != 0 { return path }
            number += 1
        }
    }

    /// Removes what processes that are gone left behind.
    func removeAbandoned() {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return }
        for name in names where name.hasPrefix(prefix) {
            let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, let process = Int32(parts[0]), Int(parts[2]) != nil else { continue }
            if Self.isRunning(process, since: String(parts[1])) { continue }
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }

    private static func isRunning(_ process: Int32, since start: String) -> Bool {
        if kill(process, 0) != 0, errno == ESRCH { return false }
        guard let now = startTime(of: process) else { return true }
        return now == start
    }

    /// Clock ticks from boot to the start of the process, field 22 of proc(5)'s stat; nil where there is no such file.
    private static func startTime(of process: Int32) -> String? {
        guard let bytes = try? ByteFile.readRaw("/proc/\(process)/stat", limit: 1 << 16) else { return nil }
        // The second field, the command in parentheses, may itself hold blanks.
        guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
        return fields.count > 19 ? String(decoding: fields[19], as: UTF8.self) : nil
    }
}

/// `a/b/` → (`a`, `b`); a bare name is in `.`.
func splitPath(_ path: String) -> (directory: String, name: String) {
    var path = Substring(path)
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return (directory, String(path[path.index(after: slash)...]))
}
