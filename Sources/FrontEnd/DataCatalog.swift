import Networks

/// A data set that a model names without saying where its files are.
struct NamedDataSet: Sendable {
    /// A file of the set; any of `names` may hold it, plain or as gzip, as long as the content is right.
    struct File: Sendable {
        /// The name to ask for first.
        var name: String
        /// The names under which others distribute it, without `.gz`.
        var otherNames: [String]
        /// SHA-256 of the content, unpacked.
        var sha256: String

        var candidates: [String] { [name, "\(name).gz"] + otherNames.flatMap { [$0, "\($0).gz"] } }
    }

    var name: String
    var summary: String
    var format: DataSource.DataFiles.Format
    var train: [File]
    /// Empty when the set has no test part of its own.
    var test: [File]
    var sampleShape: [Int]
    /// Numbers are divided by it.
    var scale: Double
    var classes: [String]

    var files: [File] { train + test }
}

extension NamedDataSet {
    /// Ascending by name.
    static let all = [digits8x8, fashion10k, fashionMNIST, mnist, mnist10k]

    static let digits8x8 = NamedDataSet(
        name: "digits8x8", summary: "1,797 handwritten digits of 8 × 8 pixels (UCI Optical Recognition of Handwritten Digits, test part)",
        format: .csv,
        train: [
            File(
                name: "digits8x8.csv",
                otherNames: [],
                sha256: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")
        ], test: [], sampleShape: [8, 8], scale: 16,
        classes: (0...9).map(String.init))

    static let mnist = NamedDataSet(
        name: "mnist", summary: "60,000 + 10,000 handwritten digits of 28 × 28 pixels (LeCun, Cortes, Burges)",
        format: .idx,
        train: [
            File(
                name: "mnist-train-images-idx3-ubyte",
                otherNames: ["mnist/train-images-idx3-ubyte", "MNIST/raw/train-images-idx3-ubyte"],
                sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            File(
                name: "mnist-train-labels-idx1-ubyte",
                otherNames: ["mnist/train-labels-idx1-ubyte", "MNIST/raw/train-labels-idx1-ubyte"],
                sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ],
        test: [
            File(
                name: "mnist-t10k-images-idx3-ubyte",
                otherNames: ["mnist/t10k-images-idx3-ubyte", "MNIST/raw/t10k-images-idx3-ubyte"],
                sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            File(
                name: "mnist-t10k-labels-idx1-ubyte",
                otherNames: ["mnist/t10k-labels-idx1-ubyte", "MNIST/raw/t10k-labels-idx1-ubyte"],
                sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ], sampleShape: [28, 28], scale: 255, classes: (0...9).map(String.init))

    static let mnist10k = NamedDataSet(
        name: "mnist10k", summary: "the first 1,000 training and 200 test samples of each class of MNIST",
        format: .idx,
        train: [
            File(
                name: "mnist10k-train-images-idx3-ubyte",
                otherNames: [],
                sha256: "96448e792027ae8c3d693bf7f6685beb422442276734ffe24b7860a3581dcb08"),
            File(
                name: "mnist10k-train-labels-idx1-ubyte",
                otherNames: [],
                sha256: "dfa6309ccbfc44ab3df730fa9d1b133e2baeb0fe7db8e4bbdcd05d3e5bd811ea"),
        ],
        test: [
            File(
                name: "mnist2k-test-images-idx3-ubyte",
                otherNames: [],
                sha256: "780e99a56e963f3affe4791a03545a6ddbdc0904dd880c7f3c50753282177303"),
            File(
                name: "mnist2k-test-labels-idx1-ubyte",
                otherNames: [],
                sha256: "b547e409b08f1d55c77b7f0964dfb27202f97c41c014d9427a3acecfcf6a7129"),
        ], sampleShape: [28, 28], scale: 255, classes: (0...9).map(String.init))

    static let fashionMNIST = NamedDataSet(
        name: "fashion_mnist", summary: "60,000 + 10,000 garments of 28 × 28 pixels (Xiao, Rasul, Vollgraf 2017)",
        format: .idx,
        train: [
            File(
                name: "fashion-train-images-idx3-ubyte",
                otherNames: ["fashion_mnist/train-images-idx3-ubyte", "FashionMNIST/raw/train-images-idx3-ubyte"],
                sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
            File(
                name: "fashion-train-labels-idx1-ubyte",
                otherNames: ["fashion_mnist/train-labels-idx1-ubyte", "FashionMNIST/raw/train-labels-idx1-ubyte"],
                sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        ],
        test: [
            File(
                name: "fashion-t10k-images-idx3-ubyte",
                otherNames: ["fashion_mnist/t10k-images-idx3-ubyte", "FashionMNIST/raw/t10k-images-idx3-ubyte"],
                sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
            File(
                name: "fashion-t10k-labels-idx1-ubyte",
                otherNames: ["fashion_mnist/t10k-labels-idx1-ubyte", "FashionMNIST/raw/t10k-labels-idx1-ubyte"],
                sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
        ], sampleShape: [28, 28], scale: 255, classes: garments)

    static let fashion10k = NamedDataSet(
        name: "fashion10k", summary: "the first 1,000 training and 200 test samples of each class of Fashion-MNIST",
        format: .idx,
        train: [
            File(
                name: "fashion10k-train-images-idx3-ubyte",
                otherNames: [],
                sha256: "d33512cfdc636a0d8972818e6659995be209a88891df7fa2109d7895922c8985"),
            File(
                name: "fashion10k-train-labels-idx1-ubyte",
                otherNames: [],
                sha256: "620cb8e3b9348037c5ff9a07b02d773ab165330e072dfd19e0d21c59f8042dcf"),
        ],
        test: [
            File(
                name: "fashion2k-test-images-idx3-ubyte",
                otherNames: [],
                sha256: "15a92dd1e9b16ea361928086e77df4dfa890c255c00b5a8c8162c1040ce8eef1"),
            File(
                name: "fashion2k-test-labels-idx1-ubyte",
                otherNames: [],
                sha256: "234596aeb6eb48133ec99a62541f90bc0728c9559a681f1e0638037462458f2c"),
        ], sampleShape: [28, 28], scale: 255, classes: garments)

    private static let garments = [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ]
}

/// The data sets known by name, with a line on each.
public var namedDataSets: [(name: String, summary: String)] { NamedDataSet.all.map { ($0.name, $0.summary) } }
