#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace counterpart::store {

/// Where everything of a private cluster lies, under the state directory.
struct ClusterPaths {
  std::filesystem::path home;   ///< <state>/postgres
  std::filesystem::path data;   ///< the cluster
  std::filesystem::path fresh;  ///< the cluster while it is being made
  std::filesystem::path log;
  std::filesystem::path socket;  ///< folder of the Unix socket; elsewhere if the path would be too long for one
};
ClusterPaths cluster_paths(const std::filesystem::path& state_directory);

/// The folders, with their owners and modes: home and socket belong to `user` ("": to us), mode 0700;
/// the state directory lets that user's group pass through. Throws EmbeddedError.
void make_folders(const std::filesystem::path& state_directory, const ClusterPaths& paths, const std::string& user);

/// Folder of PostgreSQL's programs: of the cluster's version if there is one, else the newest. Throws EmbeddedError.
std::filesystem::path find_programs(const std::filesystem::path& data);

/// Settings and access rules of a cluster being made: durable, quiet about data, one database for one role,
/// reached through the socket's folder only.
void write_settings(const ClusterPaths& paths, const std::filesystem::path& data, const std::string& user);

/// Further settings, which go before: nothing is safe from a crash of the machine, and no vacuum runs by itself.
void give_up_durability(const std::filesystem::path& data);

/// The process that the cluster's lock files name, if it really is this cluster's and lives; one that names another
/// process, or one that has ended and that nobody has collected, is made to name ours, which hinders no start.
std::optional<pid_t> running_postmaster(const ClusterPaths& paths);

/// Keeps the log bounded: a long one becomes log.1.
void bound_log(const std::filesystem::path& log);

/// The last lines of the log, for messages.
std::string end_of_log(const std::filesystem::path& log);

}  // namespace counterpart::store
