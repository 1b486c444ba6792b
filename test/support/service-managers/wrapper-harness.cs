// Plays the service control manager for the wrapper under Mono: starts it, and stops it when a line comes in.
// Arguments: WRAPPER-ASSEMBLY and what the service's ImagePath would hold.
using System;
using System.Reflection;

public static class WrapperHarness
{
    const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    public static void Main(string[] arguments)
    {
        var type = Assembly.LoadFrom(arguments[0]).GetType("PostroomService");
        var image = new string[arguments.Length - 1];
        Array.Copy(arguments, 1, image, 0, image.Length);
        var service = Activator.CreateInstance(type, Hidden, null, new object[] { image }, null);
        type.GetMethod("OnStart", Hidden).Invoke(service, new object[] { new string[0] });
        Console.WriteLine("started");
        if (Console.ReadLine() == null) return;
        type.GetMethod("OnStop", Hidden).Invoke(service, null);
        Console.WriteLine("stopped");
    }
}
