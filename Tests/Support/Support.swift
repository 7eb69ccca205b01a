// Shared by all suites: golden files and vectors of independent origin.
import Foundation
