import Foundation

/// Where data files are looked for: folders in order of preference.
public struct DataSearch: Hashable, Sendable {
    public var folders: [String]

    /// The environment variable that names further folders, separated by `:`.
    public static let environmentVariable = "SPIKEWRIGHT_DATA"

    public init(folders: [String]) { self.folders = folders }

    /// The folder of the model and its `data` folder; the given folders; those of `SPIKEWRIGHT_DATA`; the cache folder
    /// `$XDG_CACHE_HOME/spikewright` (`~/.cache/spikewright`); `Models/data` of the package that the program was built in.
    ///
    /// - Parameters:
    ///   - modelFile: the model's path, or nil when it has none.
    ///   - dataFolders: what the user gave as `--data-dir`.
    ///   - programFile: path of the running program.
    public init(modelFile: String?, dataFolders: [String], environment: [String: String], programFile: String?) {
        folders = []
        if let modelFile {
            let folder = Self.folder(of: modelFile)
            folders += [folder, Self.join(folder, "data")]
        }
        folders += dataFolders
        folders += (environment[Self.environmentVariable] ?? "").split(separator: ":").map(String.init)
        folders += Self.cacheFolder(environment).map { [$0] } ?? []
        if let programFile {
            // .build/<triple>/<configuration>/spikewright: the package is a few folders up.
            var folder = Self.folder(of: programFile)
            for _ in 0..<5 {
                let candidate = Self.join(folder, "Models/data")
                if FileManager.default.fileExists(atPath: candidate) {
                    folders.append(candidate)
                    break
                }
                folder = Self.folder(of: folder)
            }
        }
        var seen = Set<String>()
        folders = folders.filter { seen.insert($0).inserted }
    }

    /// The same with the environment and the path of the running program.
    public init(modelFile: String?, dataFolders: [String] = []) {
        self.init(
            modelFile: modelFile, dataFolders: dataFolders, environment: ProcessInfo.processInfo.environment,
            programFile: Bundle.main.executablePath)
    }

    /// The path of the first file found: every name is tried in a folder before the next folder. An absolute name stands for itself.
    public func find(_ names: [String]) -> String? {
        for name in names where name.hasPrefix("/") && Self.isFile(name) { return name }
        for folder in folders {
            for name in names where !name.hasPrefix("/") {
                let path = Self.join(folder, name)
                if Self.isFile(path) { return path }
            }
        }
        return nil
    }

    static func cacheFolder(_ environment: [String: String]) -> String? {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return join(cache, "spikewright") }
        return environment["HOME"].map { join($0, ".cache/spikewright") }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func join(_ folder: String, _ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}
